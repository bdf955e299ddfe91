# Varnish in front of two edges, for crowds: https://lecture.example.org/
#
#   framecast edge tls://bus.example.org/lecture --nats-creds /etc/framecast/edge.creds --listen 10.0.0.11:60649 \
#       --insecure --public-url https://lecture.example.org/ --trusted-proxy 10.0.0.2 --live
#
#   varnishd -a 127.0.0.1:6081 -f /etc/varnish/default.vcl -s malloc,1g
#
# 10.0.0.2 is this machine; between it and the edges is a private network. In front of it something speaks TLS, such as hitch or
# nginx. Whoever gets here may watch, without a link: that is what --live means.

vcl 4.1;

import directors;

probe alive {
    .url = "/healthz";
    .interval = 2s;
    .timeout = 1s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

backend edge_1 { .host = "10.0.0.11"; .port = "60649"; .probe = alive; .first_byte_timeout = 15s; }
backend edge_2 { .host = "10.0.0.12"; .port = "60649"; .probe = alive; .first_byte_timeout = 15s; }

sub vcl_init {
    # Each edge has segments of its own: all of live/ comes from one of them, and from the other while that one is down.
    new live = directors.fallback();
    live.add_backend(edge_1);
    live.add_backend(edge_2);
    # Pages and WebSockets go to both.
    new edges = directors.round_robin();
    edges.add_backend(edge_1);
    edges.add_backend(edge_2);
}

sub vcl_recv {
    set req.backend_hint = edges.backend();
    if (req.http.Upgrade ~ "(?i)^websocket$") {
        return (pipe);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url ~ "^/([A-Za-z0-9_-]+/)?live/") {
        # The same for everybody: no part of the request may make another object of it, or a refusal for all.
        set req.backend_hint = live.backend();
        set req.url = regsub(req.url, "\?.*$", "");
        unset req.http.Authorization;
        unset req.http.Cookie;
        unset req.http.Origin;
        unset req.http.Accept-Encoding;
        return (hash);
    }
    # Pictures and statistics are for those who show a link.
    if (req.http.Authorization || req.url ~ "(snapshot\.(png|jpg)|stream\.mjpg|/stats)(\?|$)") {
        return (pass);
    }
    unset req.http.Cookie;
    return (hash);
}

sub vcl_pipe {
    # Varnish leaves these out otherwise.
    if (req.http.Upgrade) {
        set bereq.http.Upgrade = req.http.Upgrade;
        set bereq.http.Connection = "upgrade";
    }
}

sub vcl_backend_response {
    if (bereq.url ~ "^/([A-Za-z0-9_-]+/)?live/") {
        # A segment is handed on while it is filled, to everybody who has asked for it.
        set beresp.do_stream = true;
        set beresp.grace = 2s;
        if (beresp.status != 200) {
            # Also of an error there is one a second, not one for every viewer.
            set beresp.ttl = 1s;
            set beresp.grace = 0s;
        } elsif (beresp.ttl > 60s) {
            # Nobody asks for an older one: its name is not told any more.
            set beresp.ttl = 60s;
        }
        return (deliver);
    }
    # The page's own files, which a crowd loads at once. Browsers still ask each time.
    if (beresp.status == 200 && beresp.http.Cache-Control == "no-cache") {
        set beresp.ttl = 1s;
        set beresp.grace = 10s;
        return (deliver);
    }
}

sub vcl_backend_error {
    if (bereq.url ~ "^/([A-Za-z0-9_-]+/)?live/") {
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
    }
}
