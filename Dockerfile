# Slipway in one image: `docker build -t slipway .`, then see compose.yaml.
FROM python:3.11-slim-bookworm AS build
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE manifest.yml ./
COPY bot bot
COPY provisioning provisioning
COPY storage storage
COPY docs docs
COPY CHANGELOG.md ./
RUN uv sync --locked --no-dev --no-editable

FROM python:3.11-slim-bookworm
# 7zz reads .dmg images; everything else is read by Slipway itself.
RUN apt-get update \
 && apt-get install -y --no-install-recommends 7zip \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home /data slipway \
 && install -d -o slipway -g slipway -m 0700 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SLIPWAY_DATA_DIR=/data \
    SLIPWAY_HOST=0.0.0.0 \
    SLIPWAY_PORT=8080
USER slipway
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["slipway", "serve"]
