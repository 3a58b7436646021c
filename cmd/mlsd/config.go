package main

import "time"

// Config is the whole configuration. Each field is declared once, with its
// flag, environment variable, default and help text. A flag takes precedence
// over the environment. An empty variable counts as unset.
type Config struct {
	EnvFile        string `flag:"env-file" env:"MLS_ENV_FILE" help:"file of further settings, lines NAME=value as in an EnvironmentFile of systemd; they take precedence over the environment, and SIGHUP reads them again"`
	Port           int    `flag:"port" env:"SERVER_PORT" default:"3000" min:"0" max:"65535" help:"TCP port to listen on; 0 means any free port"`
	Listen         string `flag:"listen" env:"MLS_LISTEN" default:"127.0.0.1" help:"host name or address to listen on"`
	TrustedProxies string `flag:"trusted-proxies" env:"MLS_TRUSTED_PROXIES" default:"127.0.0.0/8,::1/128" help:"networks of the reverse proxies, separated by commas, or none; X-Forwarded-For is accepted from them, and their connections are not limited as those of a single source"`
	DatabaseURL    string `flag:"database-url" env:"DATABASE_URL" secret:"url" help:"PostgreSQL to use; without it, a private PostgreSQL runs in the data directory"`
	DatabaseLimit  string `flag:"database-limit" env:"MLS_DATABASE_LIMIT" help:"largest size of the database, such as 200GiB, if its disk is not on this machine; the size is measured every minute"`
	RedisURL       string `flag:"redis-url" env:"REDIS_URL" secret:"url" help:"Redis that instances share, for marks of used tokens, rate limits and notifications; required if several instances serve one DID"`
	ServiceDID     string `flag:"service-did" env:"SERVICE_DID" help:"did:web of this service; without it, a development identity on localhost"`
	PublicURL      string `flag:"public-url" env:"MLS_PUBLIC_URL" help:"URL at which PDSes reach the service; the default follows from SERVICE_DID"`
	KeyFile        string `flag:"key-file" env:"MLS_KEY_FILE" help:"file of the service key, written by keygen, or an open descriptor such as fd:3; by default it is created in the data directory"`
	Key            string `env:"MLS_KEY" secret:"text" help:"content of the key file, in place of MLS_KEY_FILE"`
	SecretFile     string `flag:"secret-file" env:"MLS_SECRET_FILE" help:"file of the secret that all instances share, written by keygen, or an open descriptor such as fd:4; by default it is in the directory of the service key"`
	Secret         string `env:"MLS_SECRET" secret:"text" help:"content of the secret file, in place of MLS_SECRET_FILE"`
	PLCURL         string `flag:"plc-url" env:"MLS_PLC_URL" default:"https://plc.directory" help:"PLC directory in which did:plc is looked up"`
	RelayURL       string `flag:"relay-url" env:"MLS_RELAY_URL" secret:"url" help:"relay or PDS whose account events are followed, such as https://bsky.network: accounts that are not active are refused, and deleted ones erased"`
	AppViewURL     string `flag:"appview-url" env:"MLS_APPVIEW_URL" secret:"url" help:"AppView that is asked who follows and who blocks whom, such as https://public.api.bsky.app; without it, only blocks made at this service count"`
	Dev            string `flag:"dev" env:"MLS_DEV" default:"auto" help:"accept http and localhost identities and private addresses: true, false, or auto, which means only without SERVICE_DID"`
	DataDir        string `flag:"data-dir" env:"MLS_DATA_DIR" default:"./data" help:"directory for all files that have no other configured place"`
	BlobURL        string `flag:"blob-url" env:"MLS_BLOB_URL" secret:"url" help:"where blobs are stored, such as s3://bucket?region=…; by default in the data directory"`

	BackupURL        string        `flag:"backup-url" env:"MLS_BACKUP_URL" secret:"url" help:"where backups are stored, such as s3://bucket?region=… or file:///directory; without it, none are made"`
	BackupRecipients string        `flag:"backup-recipients" env:"MLS_BACKUP_RECIPIENTS" help:"public keys (age1…, separated by commas) for which backups are encrypted, or none"`
	BackupEvery      time.Duration `flag:"backup-every" env:"MLS_BACKUP_EVERY" default:"24h" min:"0s" max:"8760h" help:"how often the server makes a base backup; 0s leaves that to mlsd backup base"`
	BackupKeep       int           `flag:"backup-keep" env:"MLS_BACKUP_KEEP" default:"7" min:"1" max:"10000" help:"number of base backups that are kept, with the log after the oldest"`
	BackupKeepFor    time.Duration `flag:"backup-keep-for" env:"MLS_BACKUP_KEEP_FOR" default:"0s" min:"0s" max:"876000h" help:"age up to which base backups are kept in addition"`
	BackupWAL        string        `flag:"backup-wal" env:"MLS_BACKUP_WAL" default:"async" oneof:"async sync off" help:"how the server receives the write-ahead log: async, sync (the private PostgreSQL acknowledges nothing before it is in the spool), or off (mlsd backup wal does it)"`
	BackupWALEvery   time.Duration `flag:"backup-wal-every" env:"MLS_BACKUP_WAL_EVERY" default:"30s" min:"1s" max:"1h" help:"how often the received log is stored"`
	BackupSpool      string        `flag:"backup-spool" env:"MLS_BACKUP_SPOOL" help:"directory for the received log until it is stored; by default in the data directory"`

	MetricsListen string `flag:"metrics-listen" env:"MLS_METRICS_LISTEN" default:"127.0.0.1:9464" help:"host:port for /metrics, or off"`
	LogLevel      string `flag:"log-level" env:"MLS_LOG_LEVEL" default:"info" oneof:"debug info warn error" help:"lowest level that is logged"`
	LogFormat     string `flag:"log-format" env:"MLS_LOG_FORMAT" default:"json" oneof:"json text" help:"format of the log"`

	ReportRecipient string `flag:"report-recipient" env:"MLS_REPORT_RECIPIENT" help:"age X25519 recipient (age1...) for whom clients encrypt the evidence of reports; without it, reports have no evidence"`
	ReportService   string `flag:"report-service" env:"MLS_REPORT_SERVICE" help:"DID of a moderation service (#atproto_labeler in its document) to which reports about accounts are forwarded: the account, the type of the reason and the report's number"`

	PastEpochs        int           `flag:"past-epochs" env:"MLS_PAST_EPOCHS" default:"0" min:"0" max:"1000" help:"number of epochs before the current one in which application messages may still be sent"`
	PlaintextMetadata string        `flag:"plaintext-metadata" env:"MLS_PLAINTEXT_METADATA" default:"false" oneof:"true false" help:"let clients store names and descriptions of conversations that are not encrypted"`
	MessageTTL        time.Duration `flag:"message-ttl" env:"MLS_MESSAGE_TTL" default:"720h" min:"1h" max:"87600h" help:"how long application messages and their blobs are kept, and the rest of conversations without members"`
	EraseAfter        time.Duration `flag:"erase-after" env:"MLS_ERASE_AFTER" default:"168h" min:"0s" max:"87600h" help:"how long after its deletion at the PDS an account is erased, with MLS_RELAY_URL"`
	RateLimits        string        `flag:"rate-limits" env:"MLS_RATE_LIMITS" default:"1" help:"factor by which all rate limits are multiplied, or off"`
	OriginSizes       string        `flag:"origin-sizes" env:"MLS_ORIGIN_SIZES" help:"assumed number of accounts of origins, such as bsky.network=50000,example.org=100; for other origins, the accounts that are no longer new are counted"`
	MaxConnections    int           `flag:"max-connections" env:"MLS_MAX_CONNECTIONS" default:"0" min:"0" max:"1000000" help:"largest number of open client connections; 0 means as many as open files and memory allow, at most 10000"`
	IdleTimeout       time.Duration `flag:"idle-timeout" env:"MLS_IDLE_TIMEOUT" default:"2m" min:"5s" max:"1h" help:"how long a client connection may wait for its next request, while fewer than half of all connections are open; longer than the idle time-out of the proxy in front"`
	DBConnections     int           `flag:"db-connections" env:"MLS_DB_CONNECTIONS" default:"16" min:"2" max:"1000" help:"largest number of connections to the database"`
	DatabaseWait      time.Duration `flag:"database-wait" env:"MLS_DATABASE_WAIT" default:"1m" min:"0s" max:"1h" help:"how long the start waits for a database that cannot be reached or is still starting"`
	DrainTime         time.Duration `flag:"drain-time" env:"MLS_DRAIN_TIME" default:"0s" min:"0s" max:"10m" help:"how long the service continues to answer after it has become not ready, so that load balancers notice"`
	StopTimeout       time.Duration `flag:"stop-timeout" env:"MLS_STOP_TIMEOUT" default:"30s" min:"0s" max:"10m" help:"how long requests may take to finish when the server stops"`
}
