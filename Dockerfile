# A static binary in an image without a shell, run by an unprivileged user.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /mlsd ./cmd/mlsd \
 && mkdir -p /data

# --target tools: the service with PostgreSQL's programs, for backups (docs/backup.md). Their version
# is that of the server in docker-compose.yml.
FROM postgres:17 AS tools
COPY --from=build /mlsd /mlsd
RUN install -d -o postgres -g postgres /data
ENV MLS_LISTEN=0.0.0.0 MLS_DATA_DIR=/data
EXPOSE 3000
VOLUME /data
# postgres; a number, so that Kubernetes can see that it is not root.
USER 999:999
ENTRYPOINT ["/mlsd"]
CMD ["serve"]

FROM gcr.io/distroless/static-debian12:nonroot AS service
COPY --from=build /mlsd /mlsd
COPY --from=build --chown=nonroot:nonroot /data /data
ENV MLS_LISTEN=0.0.0.0 MLS_DATA_DIR=/data
EXPOSE 3000
VOLUME /data
# nonroot
USER 65532:65532
ENTRYPOINT ["/mlsd"]
CMD ["serve"]
