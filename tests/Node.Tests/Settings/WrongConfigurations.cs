namespace ActorLog.Node.Tests.Settings;

/// <summary>Wrong configurations and what is said of them, word for word; docs/configuration.md shows them too.</summary>
internal static class WrongConfigurations
{
    public static readonly IReadOnlyList<(string Hocon, string Fault)> Cases =
    [
        ("actorlog.spool.bytes-max = 10 MBB",
            "akka.hocon:1:1 actorlog.spool.bytes-max: '10 MBB' is not a size (try 10MiB)"),
        ("actorlog.spool.bytes-max = 10k",
            "akka.hocon:1:1 actorlog.spool.bytes-max: '10k' is out of range: 1MiB to 1024TiB"),
        ("actorlog.batching.window = 5",
            "akka.hocon:1:1 actorlog.batching.window: '5' is not a time (try 10s; the units are ms, s, m, h, d)"),
        ("actorlog.partitions = 257",
            "akka.hocon:1:1 actorlog.partitions: '257' is out of range: 1 to 256"),
        ("actorlog.roles = [egde]",
            "akka.hocon:1:19 actorlog.roles[0]: 'egde' is not one of edge, aggregator; did you mean 'edge'?"),
        ("actorlog.defaults.source.keep_hostname = on",
            "akka.hocon:1:1 actorlog.defaults.source.keep_hostname: unknown key; did you mean 'keep-hostname'?"),
        ("actorlog.sinkz { }",
            "akka.hocon:1:1 actorlog.sinkz: unknown key; did you mean 'sinks'?"),
        ("actorlogs { }",
            "akka.hocon:1:1 actorlogs: unknown key; did you mean 'actorlog'?"),
        ("actorlog.sources.web { type = udp }",
            "akka.hocon:1:1 actorlog.sources.web.listen: is missing"),
        ("actorlog.sources.web { type = udp, listen = \"localhost:5140\" }",
            "akka.hocon:1:36 actorlog.sources.web.listen: 'localhost:5140' is not an address and port "
            + "(try 127.0.0.1:5140 or [::1]:5140)"),
        ("actorlog.sources.web { type = udp, listen = \"127.0.0.1:5140\", framing = nul }",
            "akka.hocon:1:63 actorlog.sources.web.framing: unknown key"),
        ("actorlog.sources {\n  a { type = udp, listen = \"0.0.0.0:514\" }\n  b { type = udp, listen = \"127.0.0.1:514\" }\n}",
            "akka.hocon:3:19 actorlog.sources.b.listen: '127.0.0.1:514' is taken by source 'a'"),
        ("actorlog.routes.all { sinks = [locl] }",
            "akka.hocon:1:23 actorlog.routes.all.sinks: no sink is called 'locl'; did you mean 'local'?"),
        ("actorlog.routes.all { filter = wbe, sinks = [aggregator] }",
            "akka.hocon:1:23 actorlog.routes.all.filter: no filter is called 'wbe'; did you mean 'web'?"),
        ("actorlog.filters.bad { severity = \"eror..\" }",
            "akka.hocon:1:24 actorlog.filters.bad.severity: 'eror..' is not a severity; did you mean 'error'? (try warning..emergency)"),
        ("actorlog.filters.bad { program = \"/(/\" }",
            "akka.hocon:1:24 actorlog.filters.bad.program: '/(/' is not a regular expression: "
            + "Invalid pattern '(' at offset 1. Not enough )'s."),
        ("actorlog.filters.bad { or = [ { prog = x } ] }",
            "akka.hocon:1:33 actorlog.filters.bad.or[0].prog: unknown key "
            + "(there are program, host, facility, severity, channel, and, or, not)"),
        ("actorlog.sinks.local { type = file, directory = x, path = \"../{host}.log\" }",
            "akka.hocon:1:52 actorlog.sinks.local.path: '../{host}.log' is not a path, from character 1 on: "
            + "a name must not begin with '.' or '-'"),
        ("actorlog.defaults.files.path = \"{hots}.log\"",
            "akka.hocon:1:1 actorlog.defaults.files.path: '{hots}.log' is not a path, from character 1 on: "
            + "unknown {hots}: there are {host} {program} {app} {channel} {facility} {severity} {year} {month} {day} {hour}"),
        ("actorlog.defaults.source.trusted-proxies = [proxy]",
            "akka.hocon:1:45 actorlog.defaults.source.trusted-proxies[0]: 'proxy' is not a network "
            + "(try 10.0.0.0/8; the bits behind the prefix are 0)"),
        ("actorlog.forward.endpoints = [\"aggregator.example:6515\"]",
            "akka.hocon:1:1 actorlog.forward.endpoints: needs tls.ca, tls.certificate and tls.key (actorlog certs makes them)"),
        ("actorlog.aggregator.listen = \"0.0.0.0:6515\"",
            "akka.hocon:1:1 actorlog.aggregator.listen: needs tls.ca, tls.certificate and tls.key (actorlog certs makes them)"),
        ("actorlog.tls.ca = \"ca.pem\"",
            "akka.hocon:1:1 actorlog.tls.ca: is of no use without tls.certificate and tls.key"),
        ("actorlog.roles = [edge]",
            "default actorlog.routes.everything.sinks: leads to the aggregator, but forward.endpoints is empty and this node is no aggregator"),
        ("actorlog {\n  roles = [edge]\n  sources { }\n  routes.all.sinks = [local]\n}",
            "akka.hocon:3:3 actorlog.sources: is empty: an edge needs a source"),
        ("actorlog.roles = []",
            "akka.hocon:1:1 actorlog.roles: is empty: a node is an edge, an aggregator, or both"),
        ("actorlog.roles = [aggregator]",
            "default actorlog.aggregator.listen: is off and this node is no edge: nothing could reach this aggregator"),
        ("actorlog.http.listen = \"127.0.0.1:5140\"",
            "akka.hocon:1:1 actorlog.http.listen: '127.0.0.1:5140' is taken by actorlog.sources.tcp.listen"),
        ("actorlog {\n  sinks.local { type = file, directory = \"logs/local\" }\n  routes.all.sinks = [local]\n}",
            "akka.hocon:2:30 actorlog.sinks.local.directory: lies in the aggregator's files, or they in it: "
            + "each needs a directory of its own"),
        ("actorlog.forward { backoff-min = 1m }",
            "default actorlog.forward.backoff-max: is shorter than backoff-min, 1m"),
        ("actorlog.spool = 5",
            "akka.hocon:1:1 actorlog.spool: '5' is not a block: { ... }"),
        ("actorlog.name = { a = 1 }",
            "akka.hocon:1:1 actorlog.name: is a block where a plain value should be"),
        ("actorlog.spool.path = ${?SPOOL}",
            "akka.hocon:1:23 actorlog.spool.path: ${...} is not filled in: write the value, or set ACTORLOG_SPOOL_PATH"),
        ("actorlog {\n  spool {\n    path = x\n}",
            "akka.hocon:1:10 actorlog: '{' is not closed"),
    ];
}
