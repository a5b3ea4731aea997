"""The dashboard's server: `streamlit run server.py` serves `app.py` behind the request guard."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from trueup_dashboards.request_guard import RequestGuard, allowed_hosts, content_policy

_INDEX_PAGE = Path(st.__file__).parent / "static" / "index.html"

app = st.App(
    Path(__file__).parent / "app.py",
    middleware=[
        Middleware(
            RequestGuard,
            hosts=allowed_hosts(),
            policy=content_policy(_INDEX_PAGE.read_text(encoding="utf-8")),
        )
    ],
)
