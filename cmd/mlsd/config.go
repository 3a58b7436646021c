package main

import "time"

// Config is the whole configuration. Each field is declared once, with its
// flag, environment variable, default and help text. A flag takes precedence
// over the environment. An empty variable counts as unset.
type Config struct {
	Port           int    `flag:"port" env:"SERVER_PORT" default:"3000" min:"0" max:"65535" help:"TCP port to listen on; 0 means any free port"`
	Listen         string `flag:"listen" env:"MLS_LISTEN" default:"127.0.0.1" help:"host name or address to listen on"`
	TrustedProxies string `flag:"trusted-proxies" env:"MLS_TRUSTED_PROXIES" default:"127.0.0.0/8,::1/128" help:"networks of the reverse proxies, separated by commas, or none; X-Forwarded-For is accepted from them, and their connections are not limited as those of a single source"`
	DatabaseURL    string `flag:"database-url" env:"DATABASE_URL" secret:"url" help:"PostgreSQL to use; without it, a private PostgreSQL runs in the data directory"`
	DatabaseLimit  string `flag:"database-limit" env:"MLS_DATABASE_LIMIT" help:"largest size of the database, such as 200GiB, if its disk is not on this machine; the size is measured every minute"`
	RedisURL       string `flag:"redis-url" env:"REDIS_URL" secret:"url" help:"Redis that instances share, for marks of used tokens, rate limits and notifications; required if several instances serve one DID"`
	ServiceDID     string `flag:"service-did" env:"SERVICE_DID" help:"did:web of this service; without it, a development identity on localhost"`
	PublicURL      string `flag:"public-url" env:"MLS_PUBLIC_URL" help:"URL at which PDSes reach the service; the default follows from SERVICE_DID"`
	KeyFile        string `flag:"key-file" env:"MLS_KEY_FILE" help:"file of the service key, written by keygen; by default it is created in the data directory"`
	SecretFile     string `flag:"secret-file" env:"MLS_SECRET_FILE" help:"file of the secret that all instances share, written by keygen; by default it is in the directory of the service key"`
	PLCURL         string `flag:"plc-url" env:"MLS_PLC_URL" default:"https://plc.directory" help:"PLC directory in which did:plc is looked up"`
	Dev            string `flag:"dev" env:"MLS_DEV" default:"auto" help:"accept http and localhost identities and private addresses: true, false, or auto, which means only without SERVICE_DID"`
	DataDir        string `flag:"data-dir" env:"MLS_DATA_DIR" default:"./data" help:"directory for all files that have no other configured place"`
	BlobURL        string `flag:"blob-url" env:"MLS_BLOB_URL" secret:"url" help:"where blobs are stored, such as s3://bucket?region=…; by default in the data directory"`

	MetricsListen string `flag:"metrics-listen" env:"MLS_METRICS_LISTEN" default:"127.0.0.1:9464" help:"host:port for /metrics, or off"`
	LogLevel      string `flag:"log-level" env:"MLS_LOG_LEVEL" default:"info" oneof:"debug info warn error" help:"lowest level that is logged"`
	LogFormat     string `flag:"log-format" env:"MLS_LOG_FORMAT" default:"json" oneof:"json text" help:"format of the log"`

	ReportRecipient string `flag:"report-recipient" env:"MLS_REPORT_RECIPIENT" help:"age X25519 recipient (age1...) for whom clients encrypt the evidence of reports; without it, reports have no evidence"`

	PastEpochs     int           `flag:"past-epochs" env:"MLS_PAST_EPOCHS" default:"0" min:"0" max:"1000" help:"number of epochs before the current one in which application messages may still be sent"`
	MessageTTL     time.Duration `flag:"message-ttl" env:"MLS_MESSAGE_TTL" default:"720h" min:"1h" max:"87600h" help:"how long application messages and their blobs are kept, and the rest of conversations without members"`
	RateLimits     string        `flag:"rate-limits" env:"MLS_RATE_LIMITS" default:"1" help:"factor by which all rate limits are multiplied, or off"`
	OriginSizes    string        `flag:"origin-sizes" env:"MLS_ORIGIN_SIZES" help:"assumed number of accounts of origins, such as bsky.network=50000,example.org=100; for other origins, the accounts that are no longer new are counted"`
	MaxConnections int           `flag:"max-connections" env:"MLS_MAX_CONNECTIONS" default:"0" min:"0" max:"1000000" help:"largest number of open client connections; 0 means as many as open files and memory allow, at most 10000"`
	DBConnections  int           `flag:"db-connections" env:"MLS_DB_CONNECTIONS" default:"16" min:"2" max:"1000" help:"largest number of connections to the database"`
	DrainTime      time.Duration `flag:"drain-time" env:"MLS_DRAIN_TIME" default:"0s" min:"0s" max:"10m" help:"how long the service continues to answer after it has become not ready, so that load balancers notice"`
	StopTimeout    time.Duration `flag:"stop-timeout" env:"MLS_STOP_TIMEOUT" default:"30s" min:"0s" max:"10m" help:"how long requests may take to finish when the server stops"`
}
