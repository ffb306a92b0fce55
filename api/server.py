"""Entry point of the API: settings → database, keys, clock → ``create_app`` → uvicorn."""

from __future__ import annotations

import gc
import logging

import structlog
import uvicorn

from api.app import Face, create_app
from api.edge import Edge
from api.limits import Gate
from api.uploading import Intake
from api.work import House
from models import migrate
from models.clock import Clock, clock_for
from models.db.engines import open_engine, open_reader
from models.db.loops import Port, open_port
from models.files.store import FOLDER, FolderStore
from models.keyring import load_keys
from models.logs import configure
from models.operations import founding
from models.operations.chains import anchors
from models.operations.receipts import signing
from models.settings import Settings
from models.vault import Vault

GRACE_SECONDS = 10


def serve(settings: Settings, *, face: Face, identities_sealed: bool = False) -> None:
    """Serve until told to stop; what has begun is finished."""
    configure(settings.log_level)
    port = open_port(settings.url, pool_size=settings.pool_size)
    application = build(settings, port, face=face, identities_sealed=identities_sealed)
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,  # its warnings go the way of ours: as JSON lines
        log_level=logging.WARNING,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    structlog.get_logger("api").info("serving", host=settings.host, port=settings.port, face=face)
    server = uvicorn.Server(config)
    server.run()


def build(settings: Settings, port: Port, *, face: Face, identities_sealed: bool = False) -> Edge:
    """The application of an instance, its heads signed before the first answer."""

    def unlocked() -> Vault:
        return Vault(
            load_keys(settings.keys, identities_sealed=identities_sealed), suite=settings.cipher_suite
        )

    vault = unlocked()
    engine = open_reader(settings.url)
    with engine.connect() as db:
        kind = founding.kind_of(db)
        clock = clock_for(sample=kind == "sample", offset_file=settings.clock_offset_file)
        if not signing.enrolled(db, vault):
            _enrol(settings, vault, clock)
        anchors.sign_if_due(db, vault, anchors.path_in(settings.data_dir), clock(), force=True)
    engine.dispose()
    gate = Gate(vault, settings.public_limits)
    store = FolderStore(settings.data_dir / FOLDER)
    house = House(port, vault, clock, store, renew=unlocked, origins=settings.origins)
    intake = Intake(house, settings.upload_limits)
    application = create_app(house, face=face, gate=gate, intake=intake)
    state = application.state
    state.data_dir = settings.data_dir
    state.schema_head = migrate.head()
    return application


def _enrol(settings: Settings, vault: Vault, clock: Clock) -> None:
    """Put down that this key signs from now on; another process at its start may do the same at once."""
    engine = open_engine(settings.url)
    try:
        with founding.acting(engine, vault, clock) as act:
            signing.enrol(act)
    finally:
        engine.dispose()
