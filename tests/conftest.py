"""Every test process starts here."""
import os

# huggingface_hub asks its Hub once a day which tools call it. Tests that use its clients without `connect()` must not ask.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
