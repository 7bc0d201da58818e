# Images from one file: docker build --target api|worker|scheduler|flower .
# Ordinary registries serve the defaults; both base images are arguments for those who mirror them.
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS builder
ARG UV_VERSION=0.13.8
ENV UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/app/.venv \
    UV_CACHE_DIR=/var/cache/uv
RUN pip install --quiet --root-user-action=ignore "uv==${UV_VERSION}"
WORKDIR /src
# Only what decides the dependencies: a change of code leaves the layers of the third parties alone.
COPY pyproject.toml uv.lock ./
COPY packages/longshore/pyproject.toml packages/longshore/
COPY packages/tasks/pyproject.toml packages/tasks/
COPY packages/local/pyproject.toml packages/local/
COPY services/api/pyproject.toml services/api/
COPY services/worker/pyproject.toml services/worker/
COPY services/scheduler/pyproject.toml services/scheduler/

FROM builder AS build-api
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --no-dev --no-install-workspace \
      --package longshore-api --package longshore-tasks --extra postgres --extra s3 \
      --extra sentry --extra tracing
COPY packages packages
COPY services services
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --no-dev --no-editable \
      --package longshore-api --package longshore-tasks --extra postgres --extra s3 \
      --extra sentry --extra tracing

FROM builder AS build-worker
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --no-dev --no-install-workspace \
      --package longshore-worker --package longshore-tasks --extra handlers --extra postgres \
      --extra s3 --extra sentry --extra tracing
COPY packages packages
COPY services services
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --no-dev --no-editable \
      --package longshore-worker --package longshore-tasks --extra handlers --extra postgres \
      --extra s3 --extra sentry --extra tracing

FROM builder AS build-scheduler
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --no-dev --no-install-workspace \
      --package longshore-scheduler --package longshore-tasks --extra postgres \
      --extra sentry --extra tracing
COPY packages packages
COPY services services
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --no-dev --no-editable \
      --package longshore-scheduler --package longshore-tasks --extra postgres \
      --extra sentry --extra tracing

# Flower alone, by the lock: it needs nothing of ours.
FROM builder AS build-flower
RUN --mount=type=cache,target=/var/cache/uv \
    uv sync --locked --only-group flower

FROM ${PYTHON_IMAGE} AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 longshore \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin longshore \
 && mkdir -p /app /data \
 && chown 10001:10001 /data
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LONGSHORE_LOG_FORMAT=json \
    LONGSHORE_DATABASE_URL=sqlite:////data/longshore.sqlite3 \
    LONGSHORE_STORAGE_DIRECTORY=/data/files
WORKDIR /app
# The answer to "is it alive", without the interpreter's site packages: see docs/kubernetes.md.
COPY --chmod=644 packages/longshore/src/longshore/worker/probe/client.py /app/probe.py
USER 10001:10001
# Exec form and never -g: SIGTERM must reach the main process alone, it drains its children itself.
ENTRYPOINT ["/usr/bin/tini", "--"]
LABEL org.opencontainers.image.title="Longshore" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM base AS flower
EXPOSE 5555
COPY --from=build-flower /app/.venv /app/.venv
CMD ["celery", "flower"]
LABEL org.opencontainers.image.description="Flower, for what is on Longshore's broker"

FROM base AS api
ENV LONGSHORE_HOST=0.0.0.0
EXPOSE 8000
COPY --from=build-api /app/.venv /app/.venv
CMD ["longshore-api"]
LABEL org.opencontainers.image.description="The Longshore HTTP API"

FROM base AS scheduler
COPY --from=build-scheduler /app/.venv /app/.venv
CMD ["celery", "-A", "longshore_scheduler.main", "beat", "--pidfile="]
LABEL org.opencontainers.image.description="The Longshore scheduler"

FROM base AS worker
COPY --from=build-worker /app/.venv /app/.venv
CMD ["celery", "-A", "longshore_worker.main", "worker"]
LABEL org.opencontainers.image.description="The Longshore worker"
