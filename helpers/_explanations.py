"""Cause and next step for each kind of error, in plain words. Looked up by exception class first, then by kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """Why a call failed and what to do now; `str()` gives both."""

    cause: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.cause} {self.next_step}".strip()


def _e(cause: str, next_step: str) -> Explanation:
    return Explanation(cause, next_step)


EXPLANATIONS = {
    # kinds
    "throttled": _e("429: the server allows fewer requests than were sent.",
                    "Wait as it asks, and pass `limiter=RateLimiter()`."),
    "loading": _e("503: the model is being started.", "Wait the time it estimates; `call_with_retry` does that."),
    "transient": _e("The server failed for the moment.",
                    "Repeat the call after a short random wait; `call_with_retry` does that."),
    "timeout": _e("No answer came in time.", "Repeat once, then raise `timeout=`, ask for less text, or use `stream=True`."),
    "network": _e("The connection could not be made, or was cut.", "Check the network and the address, then call again."),
    "stream": _e("The server reported an error inside the stream.", "Start the stream again with `stream_with_retry`."),
    "auth": _e("401: the token is missing, wrong or expired.",
               "Make a new one at huggingface.co/settings/tokens and set `HF_TOKEN`."),
    "permission": _e("403: the token is valid and lacks a permission.",
                     'Give it "Make calls to Inference Providers", and accept the terms of a gated model.'),
    "quota": _e("402: the credits of this account are used up.", "Buy credits or wait for next month; a repeat does not help."),
    "not_found": _e("404: no such model or page here.", "Compare the model id and the address letter by letter."),
    "no_provider": _e("No inference provider serves this model for this task.",
                      "Choose another model, or look at its page for providers."),
    "gone": _e("410: this address was retired for good, so no repeat helps.",
               "Give `InferenceClient` a model and no address, the OpenAI client `base_url=\"https://router.huggingface.co/v1\"`."),
    "too_large": _e("413: the request is too large.", "Send less: a shorter text, fewer texts, or a smaller file."),
    "invalid": _e("The request is not valid: an argument is wrong or missing.",
                  "Read the server's message, and correct that argument."),
    "conflict": _e("409: the request conflicts with what exists already.", "Look at the current state, then decide again."),
    "bad_reply": _e("An answer came, and it is not what was asked for.", "Look at the reply itself before you repeat the call."),
    "offline": _e("`HF_HUB_OFFLINE` is set, so nothing is sent.", "Unset it and restart the kernel."),
    "budget": _e("The live budget is used up.", "Raise it in `connect`, or go on in practice mode."),
    "interrupted": _e("The stream broke after its first output.", "Use its `.partial`, or start again from nothing."),
    "stopped": _e("The batch was stopped before this item.", "Solve the error it names, then run the batch again."),
    "cancelled": _e("The call was stopped from outside.", "Run the cell again."),
    "permanent": _e("The server or the SDK refused, and a repeat does not change that.", "Read the message above."),
    "unknown": _e("This is not an answer of the API: the called code itself failed.", "Read the last line of the traceback."),
    # kind and status, where a kind has several
    "invalid 422": _e("422: the server understood the request and rejects a value.", "Read its message for the field."),
    "transient 504": _e("504: the model took longer than a server on the way waits.",
                        "`call_with_retry` repeats it; if it stays, ask for less (`max_tokens`), or use `stream=True`."),
    "throttled None": _e("The server says that it is overloaded.", "Repeat after a random wait; `call_with_retry` does that."),
    "quota 429": _e("429: the quota of this account is used up.", "Buy more or wait for next month; a repeat does not help."),
    # kind and class, of the exception or of its cause
    "transient JSONDecodeError": _e("An answer came that is not JSON: it was damaged on its way, or something else wrote it.",
                                    "Repeat the call; `call_with_retry` does that."),
    "network WebPage": _e("A web page came instead of an answer, as proxies and login pages send it.",
                          "Open the address in a browser, and check the network and `base_url`."),
    "network ErrorAnswer": _e("The server sent an error message with a good status.",
                              "Repeat the call; `call_with_retry` does that."),
    "transient UnicodeDecodeError": _e("An answer came that is not text: it was damaged on its way, or something else wrote it.",
                                       "Repeat the call; `call_with_retry` does that."),
    "bad_reply ValidationError": _e("The reply does not fit the schema.",
                                    "Read which field it names, and the reply; show the model an example."),
    "bad_reply UnidentifiedImageError": _e("What came is no picture.", "Look at the bytes; the model may not make pictures."),
    "permanent SSLCertVerificationError": _e("The server's certificate is not trusted: often a proxy or a virus scanner answers.",
                                             "Set `SSL_CERT_FILE` to its certificate, or use another network."),
    "permanent TooManyRedirects": _e("The address sends the call from one place to the next without end.", "Check `base_url`."),
    "invalid UnsupportedProtocol": _e("The address does not begin with http:// or https://.",
                                      "Write `base_url` in full, as in https://router.huggingface.co/v1."),
    # classes
    "StreamClosed": _e("The client was thrown away while its stream was read.", "Keep the client in a variable, or use `with`."),
    "StreamConsumed": _e("This stream was read before.", "Call again, or keep the chunks in a list."),
    "LengthFinishReasonError": _e("The reply was cut at `max_tokens`.", "Raise `max_tokens`, or ask for less."),
    "ContentFilterFinishReasonError": _e("A content filter stopped the reply.", "Change the prompt, or the model."),
    "GatedRepoError": _e("403: this model is gated.", "Accept its terms on its page, with the account of your token."),
    "RepositoryNotFoundError": _e("The model does not exist, or this token cannot see it.",
                                  "Check the spelling, and log in for a private model."),
    "JSONDecodeError": _e("The text is not JSON.", "Print the text; ask the model for JSON only, or parse less strictly."),
    "BrokenExecutor": _e("The executor takes no more calls: it was shut down, or it broke.", "Make a new one, and run the batch again."),
    "BrokenProcessPool": _e("A process of the executor died: often it had too little memory.",
                            "Make a new one with fewer workers, and run the batch again."),
    "InferenceEndpointTimeoutError": _e("The endpoint was not ready in time.",
                                         "Wait longer with `ep.wait(timeout=900)`, and read its status."),
    "InferenceEndpointError": _e("The endpoint cannot answer.", "Read `ep.status` and the logs on its page."),
}
