namespace ActorLog.Interop;

/// <summary>syslog-ng forwards to an edge, with each of the forms that its destinations have.</summary>
public sealed class SyslogNgTests
{
    [Fact]
    public Task Bsd_lines_over_tcp_arrive_once() =>
        Relaying.Run(p => Peer.SyslogNg($"""network("127.0.0.1" port({p.Tcp}) transport("tcp"))""", p.Scratch), datagrams: false);

    [Fact]
    public Task Rfc_5424_lines_over_tcp_arrive_once() =>
        Relaying.Run(
            p => Peer.SyslogNg($"""network("127.0.0.1" port({p.Tcp}) transport("tcp") flags(syslog-protocol))""", p.Scratch), datagrams: false);

    [Fact]
    public Task Octet_counted_frames_over_tcp_arrive_once() =>
        Relaying.Run(p => Peer.SyslogNg($"""syslog("127.0.0.1" port({p.Tcp}) transport("tcp"))""", p.Scratch), datagrams: false);

    [Fact]
    public Task Bsd_lines_over_tls_arrive_once() =>
        Relaying.RunOverTls(p => Peer.SyslogNg($"""network("localhost" port({p.Tls}) transport("tls") {Tls(p)})""", p.Scratch));

    [Fact]
    public Task Octet_counted_frames_over_tls_arrive_once() =>
        Relaying.RunOverTls(p => Peer.SyslogNg($"""syslog("localhost" port({p.Tls}) transport("tls") {Tls(p)})""", p.Scratch));

    [Fact]
    public Task Bsd_datagrams_arrive_once() =>
        Relaying.Run(p => Peer.SyslogNg($"""network("127.0.0.1" port({p.Udp}) transport("udp"))""", p.Scratch), datagrams: true);

    [Fact]
    public Task Rfc_5424_datagrams_arrive_once() =>
        Relaying.Run(p => Peer.SyslogNg($"""syslog("127.0.0.1" port({p.Udp}) transport("udp"))""", p.Scratch), datagrams: true);

    [Fact]
    public Task Lines_over_a_unix_stream_socket_arrive_once() =>
        Relaying.Run(p => Peer.SyslogNg($"""unix-stream("{p.UnixStream}")""", p.Scratch), datagrams: false);

    private static string Tls(Pipeline p) =>
        $"""
        tls(ca-file("{p.Certificates}/ca.pem") cert-file("{p.Certificates}/edge-node.pem")
          key-file("{p.Certificates}/edge-node-key.pem") peer-verify(required-trusted))
        """;
}
