package main

import "time"

// Config is the whole configuration. Each field is declared once, with its
// flag, environment variable, default and help text. A flag takes precedence
// over the environment. An empty variable counts as unset.
type Config struct {
	Port           int    `flag:"port" env:"SERVER_PORT" default:"3000" min:"0" max:"65535" help:"TCP port to listen on; 0 is any free one"`
	Listen         string `flag:"listen" env:"MLS_LISTEN" default:"127.0.0.1" help:"host or address to listen on"`
	TrustedProxies string `flag:"trusted-proxies" env:"MLS_TRUSTED_PROXIES" default:"127.0.0.0/8,::1/128" help:"networks of the proxies in front, separated by commas, or none: their X-Forwarded-For is believed, and their connections are not bounded as one source's"`
	DatabaseURL    string `flag:"database-url" env:"DATABASE_URL" secret:"url" help:"PostgreSQL to use; without it a private one runs in the data directory"`
	DatabaseLimit  string `flag:"database-limit" env:"MLS_DATABASE_LIMIT" help:"how large the database may become, such as 200GiB: for one whose disk is not this machine's; measured each minute"`
	RedisURL       string `flag:"redis-url" env:"REDIS_URL" secret:"url" help:"Redis to share replay marks through; needed where several instances serve one DID"`
	ServiceDID     string `flag:"service-did" env:"SERVICE_DID" help:"did:web of this service; without it a development identity on localhost"`
	PublicURL      string `flag:"public-url" env:"MLS_PUBLIC_URL" help:"URL clients' PDSes reach the service at; by default that of SERVICE_DID"`
	KeyFile        string `flag:"key-file" env:"MLS_KEY_FILE" help:"service key, written by keygen; by default made in the data directory"`
	SecretFile     string `flag:"secret-file" env:"MLS_SECRET_FILE" help:"secret that all instances share, written by keygen; by default beside the service key"`
	PLCURL         string `flag:"plc-url" env:"MLS_PLC_URL" default:"https://plc.directory" help:"PLC directory that did:plc is looked up in"`
	Dev            string `flag:"dev" env:"MLS_DEV" default:"auto" help:"accept http and localhost identities and private addresses: true, false, or auto: only without SERVICE_DID"`
	DataDir        string `flag:"data-dir" env:"MLS_DATA_DIR" default:"./data" help:"directory for what has no other place"`
	BlobURL        string `flag:"blob-url" env:"MLS_BLOB_URL" secret:"url" help:"where blobs go, such as s3://bucket?region=…; by default files in the data directory"`

	MetricsListen string `flag:"metrics-listen" env:"MLS_METRICS_LISTEN" default:"127.0.0.1:9464" help:"host:port for /metrics, or off"`
	LogLevel      string `flag:"log-level" env:"MLS_LOG_LEVEL" default:"info" oneof:"debug info warn error" help:"least level that is logged"`
	LogFormat     string `flag:"log-format" env:"MLS_LOG_FORMAT" default:"json" oneof:"json text" help:"form of the log"`

	PastEpochs     int           `flag:"past-epochs" env:"MLS_PAST_EPOCHS" default:"0" min:"0" max:"1000" help:"epochs before the current one that application messages may be sent in"`
	MessageTTL     time.Duration `flag:"message-ttl" env:"MLS_MESSAGE_TTL" default:"720h" min:"1h" max:"87600h" help:"how long application messages and their blobs are kept, and what is left of conversations that have no members"`
	RateLimits     string        `flag:"rate-limits" env:"MLS_RATE_LIMITS" default:"1" help:"factor on all rate limits, or off"`
	OriginSizes    string        `flag:"origin-sizes" env:"MLS_ORIGIN_SIZES" help:"accounts that origins are taken to have, such as bsky.network=50000,example.org=100; of other origins the accounts are counted that are no longer new"`
	MaxConnections int           `flag:"max-connections" env:"MLS_MAX_CONNECTIONS" default:"0" min:"0" max:"1000000" help:"most open connections of clients; 0 is as many as open files and memory allow, at most 10000"`
	DBConnections  int           `flag:"db-connections" env:"MLS_DB_CONNECTIONS" default:"16" min:"2" max:"1000" help:"most connections to the database"`
	DrainTime      time.Duration `flag:"drain-time" env:"MLS_DRAIN_TIME" default:"0s" min:"0s" max:"10m" help:"how long the service goes on answering after it has become not ready, for load balancers to notice"`
	StopTimeout    time.Duration `flag:"stop-timeout" env:"MLS_STOP_TIMEOUT" default:"30s" min:"0s" max:"10m" help:"how long requests may take to finish when the server stops"`
}
