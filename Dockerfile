# Linkscribe's container: the service, yt-dlp, gallery-dl, the speech model, ffmpeg and Tesseract.
#   docker build --tag linkscribe .
# SPEECH_MODEL=tiny.en gives a smaller image that understands English only.

# Pin the base images before you rely on them: rust:1.95-bookworm@sha256:… and debian:bookworm-slim@sha256:…
# (`docker buildx imagetools inspect NAME` prints the digest).
FROM rust:1.95-bookworm AS builder
WORKDIR /src
COPY scripts scripts
RUN scripts/setup packages build
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim AS runtime
ENV TOOLS_DIR=/opt/linkscribe/tools
ARG SPEECH_MODEL=base
WORKDIR /opt/linkscribe
COPY scripts scripts
RUN scripts/setup tools && rm -rf /var/lib/apt/lists/* /root/.cache

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin linkscribe \
    && install --directory --owner linkscribe --group linkscribe --mode 0700 /var/lib/linkscribe
COPY --from=builder /src/target/release/linkscribe /usr/local/bin/linkscribe

ENV LISTEN=0.0.0.0 \
    DATA_DIR=/var/lib/linkscribe
USER linkscribe
VOLUME /var/lib/linkscribe
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["linkscribe"]
CMD ["serve"]
