# One image for the web process, the worker, beat and every command.

FROM node:22-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.13-slim AS luoshi
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/luoshi
COPY requirements-production.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
      --requirement requirements-production.txt
COPY . .
# The packages are needed to collect the static files from, and not afterwards.
RUN --mount=type=bind,from=packages,source=/build/node_modules,target=/srv/luoshi/node_modules \
    for po in locale/*/LC_MESSAGES/django.po; do \
      python -m babel.messages.frontend compile --input-file "$po" --output-file "${po%.po}.mo"; \
    done \
 && LUOSHI_SECRET_KEY=only-while-the-image-is-built \
    python manage.py collectstatic --noinput --verbosity 0
# Everything belongs to root; the processes only read it, whatever the builder's umask was. What
# people hand in, and what is made for them, is kept elsewhere: a new volume takes over whose the directory is.
RUN chmod -R a+rX . \
 && useradd --system --uid 10001 --no-create-home --home-dir /tmp luoshi \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/luoshi/evidence \
      /var/lib/luoshi/papers
USER 10001:10001
# Without a key of its own, in this file or in LUOSHI_SECRET_KEY, an installation does not start.
ENV HOME=/tmp LUOSHI_SECRET_KEY_FILE=/run/secrets/luoshi-secret-key
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
