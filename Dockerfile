FROM --platform=$BUILDPLATFORM golang:1.26.8-trixie AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -ldflags "-s -w" -o /image/ ./cmd/digest ./cmd/digestd
# The image has no shell to make these directories with.
RUN mkdir -p /image/config /image/data /image/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="digest" \
      org.opencontainers.image.description="Drafts community weeklies from what happened on GitHub" \
      org.opencontainers.image.source="https://github.com/community-digest/digest" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /image/digest /image/digestd /
COPY --from=build /image/etc /etc
COPY --from=build /image/config /config
COPY --from=build --chown=65532:65532 /image/data /data
USER 65532:65532
WORKDIR /data
EXPOSE 8080
ENTRYPOINT ["/digest"]
# In a container 0.0.0.0 reaches no further than its network, until a port is published.
CMD ["serve", "--config", "/config", "--listen", "0.0.0.0:8080"]
