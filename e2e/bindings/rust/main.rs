//! A client of the code that jacquard-codegen generates. Like goclient, it reads JSON from its
//! input, with tokens by the last part of the NSID, and writes what it got as JSON.

use std::collections::HashMap;
use std::error::Error;

use jacquard_common::deps::{bytes::Bytes, fluent_uri::Uri, smol_str::SmolStr};
use jacquard_common::error::{ClientError, DecodeError, HttpError};
use jacquard_common::websocket::{
    WebSocketClient, WsMessage, tungstenite_client::TungsteniteClient,
};
use jacquard_common::xrpc::subscription::parse_event_header;
use jacquard_common::xrpc::{XrpcExt, XrpcRequest, XrpcResp, XrpcResponse};
use jacquard_common::{AuthorizationToken, StreamError};
use mlsd_bindings::blue_catbird::mls::MessageView;
use mlsd_bindings::blue_catbird::mls::describe_service::DescribeService;
use mlsd_bindings::blue_catbird::mls::get_blob::GetBlob;
use mlsd_bindings::blue_catbird::mls::get_epoch::GetEpoch;
use mlsd_bindings::blue_catbird::mls::get_group_info::{GetGroupInfo, GetGroupInfoError};
use mlsd_bindings::blue_catbird::mls::get_messages::GetMessages;
use mlsd_bindings::blue_catbird::mls::get_subscription_ticket::GetSubscriptionTicket;
use mlsd_bindings::blue_catbird::mls::publish_key_packages::{
    KeyPackageItem, KeyPackageItemCipherSuite, PublishKeyPackages,
};
use mlsd_bindings::blue_catbird::mls::send_message::SendMessage;
use mlsd_bindings::blue_catbird::mls::subscribe_convo_events::SubscribeConvoEventsMessage;
use mlsd_bindings::blue_catbird::mls::upload_blob::UploadBlob;
use n0_future::{Stream, StreamExt};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::{Deserialize, Serialize};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    url: String,
    tokens: HashMap<String, SmolStr>,
    /// A second token for sendMessage.
    again: SmolStr,
    cipher_suite: SmolStr,
    key_package: SmolStr,
    convo_id: SmolStr,
    foreign_convo: SmolStr,
    #[serde(with = "jacquard_common::serde_bytes_helper")]
    ciphertext: Bytes,
    #[serde(with = "jacquard_common::serde_bytes_helper")]
    with_blob: Bytes,
    blob: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    suites: Vec<SmolStr>,
    published: i64,
    device: SmolStr,
    epoch: i64,
    refused: String,
    blob: String,
    messages: Vec<MessageView>,
    live: MessageView,
    live_with_blob: bool,
}

struct Client<'a> {
    http: reqwest::Client,
    input: &'a Input,
}

impl Client<'_> {
    /// Calls a method with its token, which works once.
    async fn call<R>(&self, request: &R) -> std::result::Result<XrpcResponse<R>, ClientError>
    where
        R: XrpcRequest + Serialize,
        R::Response: Send + Sync,
    {
        let name = R::NSID.trim_start_matches("blue.catbird.mls.");
        self.call_with(self.input.tokens.get(name), request).await
    }

    /// Calls a method. An error of status 400 is found in the response, and any other is a ClientError.
    async fn call_with<R>(
        &self,
        token: Option<&SmolStr>,
        request: &R,
    ) -> std::result::Result<XrpcResponse<R>, ClientError>
    where
        R: XrpcRequest + Serialize,
        R::Response: Send + Sync,
    {
        let base = Uri::parse(self.input.url.as_str()).expect("the URL of the service");
        let mut call = self.http.xrpc(base);
        if let Some(token) = token {
            call = call.auth(AuthorizationToken::Bearer(token.clone()));
        }
        // The generated code would send the encoding of the lexicon, which is no type of content.
        if R::METHOD.body_encoding() == Some("*/*") {
            call = call.header(
                CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            );
        }
        call.send(request).await
    }
}

/// The declared error of an answer with a status other than 400, which jacquard leaves as bytes.
fn declared<R: XrpcResp>(error: &ClientError) -> Result<R::Err> {
    let http = error
        .source_err()
        .and_then(|source| source.downcast_ref::<HttpError>());
    let body = http
        .and_then(|http| http.body.as_ref())
        .ok_or_else(|| error.to_string())?;
    Ok(serde_json::from_slice(body)?)
}

/// Reads frames until that of a message arrives, and decodes it.
async fn next_message<F>(frames: &mut F) -> Result<std::result::Result<MessageView, DecodeError>>
where
    F: Stream<Item = std::result::Result<WsMessage, StreamError>> + Unpin,
{
    while let Some(frame) = frames.next().await {
        let WsMessage::Binary(bytes) = frame? else {
            continue;
        };
        if parse_event_header(&bytes)?.0.t == "#messageEvent" {
            return match SubscribeConvoEventsMessage::decode_framed(&bytes) {
                Ok(SubscribeConvoEventsMessage::MessageEvent(event)) => Ok(Ok(event.message)),
                Ok(other) => Err(format!("decoded as {other:?}").into()),
                Err(error) => Ok(Err(error)),
            };
        }
    }
    Err("the stream ended".into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // Bytes are read from text in memory only: the generated code borrows the key "$bytes".
    let input: Input = serde_json::from_str(&std::io::read_to_string(std::io::stdin())?)?;
    let client = Client {
        http: reqwest::Client::new(),
        input: &input,
    };

    let description = client.call(&DescribeService).await?.into_output()?;
    let item = KeyPackageItem {
        cipher_suite: KeyPackageItemCipherSuite::from_value(input.cipher_suite.clone()),
        key_package: input.key_package.clone(),
        ..Default::default()
    };
    let publish = PublishKeyPackages::new().key_packages(vec![item]).build();
    let published = client.call(&publish).await?.into_output()?;
    let epoch = client
        .call(&GetEpoch::new().convo_id(input.convo_id.clone()).build())
        .await?
        .into_output()?;

    let foreign = GetGroupInfo::new()
        .convo_id(input.foreign_convo.clone())
        .build();
    let refused = match client.call(&foreign).await {
        Ok(_) => return Err("a conversation of others was answered".into()),
        Err(error) => match declared::<<GetGroupInfo as XrpcRequest>::Response>(&error)? {
            GetGroupInfoError::ConvoNotFound(_) => "ConvoNotFound".to_string(),
            other => other.to_string(),
        },
    };

    let ticket = client
        .call(&GetSubscriptionTicket::<SmolStr>::default())
        .await?
        .into_output()?;
    let address = format!("{}?ticket={}", ticket.endpoint.as_str(), ticket.ticket);
    let socket = TungsteniteClient::new()
        .connect(Uri::parse(address.as_str())?)
        .await?;
    let (_sink, frames) = socket.split();
    let mut frames = frames.into_inner();

    client
        .call(
            &SendMessage::new()
                .convo_id(input.convo_id.clone())
                .ciphertext(input.ciphertext.clone())
                .epoch(epoch.current_epoch)
                .build(),
        )
        .await?
        .into_output()?;
    let live = next_message(&mut frames).await??;

    let upload = UploadBlob {
        body: Bytes::from(input.blob.clone()),
    };
    let stored = client.call(&upload).await?.into_output()?;
    let cid = stored.blob.blob().cid().clone();
    let attached = SendMessage::new()
        .convo_id(input.convo_id.clone())
        .ciphertext(input.with_blob.clone())
        .epoch(epoch.current_epoch)
        .blobs(vec![cid.clone()])
        .build();
    client
        .call_with(Some(&input.again), &attached)
        .await?
        .into_output()?;
    // Decoders of CBOR expect a link where the lexicon has the text of a CID.
    let live_with_blob = next_message(&mut frames).await?.is_ok();

    let page = client
        .call(&GetMessages::new().convo_id(input.convo_id.clone()).build())
        .await?
        .into_output()?;
    let blob = client
        .call(
            &GetBlob::new()
                .convo_id(input.convo_id.clone())
                .cid(cid)
                .build(),
        )
        .await?
        .into_output()?;

    let report = Report {
        suites: description.cipher_suites,
        published: published.succeeded,
        device: published.published.ok_or("nothing was published")?[0]
            .device_id
            .clone(),
        epoch: epoch.current_epoch,
        refused,
        blob: String::from_utf8(blob.body.to_vec())?,
        messages: page.messages,
        live,
        live_with_blob,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
