"""Alerts and incidents: what is on fire, whose it is, and what came of it."""

import streamlit as st

from botops.app.container import Container
from botops.console import frame
from botops.console.alerts import inbox as alert_list
from botops.console.alerts import page as alert_page
from botops.console.incidents import listing as incident_list
from botops.console.incidents import page as incident_page


def body(container: Container) -> None:
    if "incident" in st.query_params or "alert" in st.query_params:
        frame.arrived("alerts")
    if wanted := st.query_params.get("incident"):
        incident_page.page(container, wanted)
    elif wanted := st.query_params.get("alert"):
        alert_page.page(container, wanted)
    else:
        alert_list.section(container)
        alert_list.silences(container)
        incident_list.section(container)


frame.page("alerts", body)
