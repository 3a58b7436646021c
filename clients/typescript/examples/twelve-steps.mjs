// Twelve steps of a conversation between three people, the first of whom has three devices. It runs in Node.js and in
// browsers; `open(person, options)` gives a Client for a person with a new storage, or with that of `options`.
export async function twelveSteps({ open, lose, next, ended }) {
  const [ada, ben, cleo] = await Promise.all(['ada', 'ben', 'cleo'].map((who) => open(who))) //   1 publish: by opening
  const tea = await ada.create([ben.did, cleo.did], { name: 'Tea' }) //                           2 create with two
  const at = (client) => client.conversation(tea.id)
  const say = async (from, content, ...readers) => {
    const { seq } = await at(from).send(content)
    return Promise.all(readers.map((reader) => next(reader, tea.id, seq)))
  }
  await say(ada, 'Hello both', ben, cleo) //                                                      3 live, both ways
  await say(ben, 'Hello Ada', ada, cleo)
  await Promise.all([at(ada).updateKeys(), at(ben).updateKeys()]) //                              4 a lost race
  await say(cleo, 'Fresh keys', ada, ben)

  const phone = await open('ada', { device: 'phone' }) //                                         5 external commit
  await at(phone).join()
  const laptop = await open('ada', { device: 'laptop', autoJoin: false }) //                      6 the third by Add
  await tea.add(ada.did)
  await say(ada, 'Three of me', phone, laptop, ben)

  const picture = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7) //                         7 an attachment
  const attachment = await at(ben).attach(picture, { type: 'image/png' })
  const [message] = await say(ben, { text: 'The kettle', attachments: [attachment] }, laptop)
  const part = await at(laptop).open(message.attachments[0], { start: 99_000, length: 1000 })

  const again = await lose(cleo, tea.id) //                                                       8 lost state
  await at(again).join() //                                                                       9 rejoin
  await say(again, 'Here I am again', ada, phone, laptop, ben)
  await at(ben).leave() //                                                                       10 leave
  await say(ada, 'Ben has left', phone, laptop, again) // the sender commits his removal first
  await tea.remove(again.did) //                                                                 11 remove
  await say(phone, 'Only me', ada, laptop)
  await ada.deleteDevice(phone.deviceId) //                                                      12 delete a device
  await say(ada, 'Two of me', laptop)
  await Promise.all([again, phone].map((client) => ended(at(client))))
  return { epoch: tea.epoch, members: await tea.members(), part, picture, clients: { ada, ben, again, phone, laptop } }
}
