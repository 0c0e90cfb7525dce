"""Forty texts that are harmless as text, and run where a page forgets to say that they are."""

#: Each calls ``alert`` where it runs, and leaves an element of its own where it is not escaped.
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=data:,alert(1)></script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror='alert(1)'//",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "--><img src=x onerror=alert(1)>",
    "]]><img src=x onerror=alert(1)>",
    "</title><img src=x onerror=alert(1)>",
    "</textarea><img src=x onerror=alert(1)>",
    "</option></select><img src=x onerror=alert(1)>",
    "</style><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java&#9;script:alert(1)'>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<base href=javascript:alert(1)//>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style onload=alert(1)></style>",
    "<link rel=stylesheet href=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    '" autofocus onfocus="alert(1)" x="',
    "' autofocus onfocus='alert(1)' x='",
    "{{ constructor.constructor('alert(1)')() }}",
    "${alert(1)}",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
)

#: What no page of ours holds, and what each payload would bring into one. Our own drawings are
#: hidden from screen readers, which have the table beside them.
FOREIGN = (
    "script:not([src]):not([type='application/json']), script[src^='data:'], iframe, object, embed,"
    " svg:not([aria-hidden]), math, video, audio, marquee, style, base, meta[http-equiv],"
    " img:not(.qr), noscript,"
    " a[href^='java'], form[action^='java'], [onerror], [onload], [onfocus], [ontoggle], [onbegin]"
)
