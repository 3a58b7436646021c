# A static binary in an image without a shell, run by an unprivileged user.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /mlsd ./cmd/mlsd \
 && mkdir -p /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /mlsd /mlsd
COPY --from=build --chown=nonroot:nonroot /data /data
ENV MLS_LISTEN=0.0.0.0 MLS_DATA_DIR=/data
EXPOSE 3000
VOLUME /data
USER nonroot
ENTRYPOINT ["/mlsd"]
CMD ["serve"]
