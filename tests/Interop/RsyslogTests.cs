namespace ActorLog.Interop;

/// <summary>rsyslog forwards to an edge, with each of the forms that omfwd has.</summary>
public sealed class RsyslogTests
{
    private const string Rfc5424 = "template=\"RSYSLOG_SyslogProtocol23Format\"";

    [Fact]
    public Task Lines_over_tcp_arrive_once() =>
        Relaying.Run(p => Peer.Rsyslog($"port=\"{p.Tcp}\" protocol=\"tcp\"", p.Scratch), datagrams: false);

    [Fact]
    public Task Rfc_5424_lines_over_tcp_arrive_once() =>
        Relaying.Run(p => Peer.Rsyslog($"port=\"{p.Tcp}\" protocol=\"tcp\" {Rfc5424}", p.Scratch), datagrams: false);

    [Fact]
    public Task Octet_counted_frames_over_tcp_arrive_once() =>
        Relaying.Run(p => Peer.Rsyslog($"port=\"{p.Tcp}\" protocol=\"tcp\" tcpFraming=\"octet-counted\"", p.Scratch), datagrams: false);

    [Fact]
    public Task Octet_counted_rfc_5424_frames_over_tcp_arrive_once() =>
        Relaying.Run(
            p => Peer.Rsyslog($"port=\"{p.Tcp}\" protocol=\"tcp\" tcpFraming=\"octet-counted\" {Rfc5424}", p.Scratch), datagrams: false);

    [Fact]
    public Task Lines_over_tls_arrive_once() => Relaying.RunOverTls(p => Peer.Rsyslog(Tls(p), p.Scratch));

    [Fact]
    public Task Octet_counted_rfc_5424_frames_over_tls_arrive_once() =>
        Relaying.RunOverTls(p => Peer.Rsyslog($"{Tls(p)} tcpFraming=\"octet-counted\" {Rfc5424}", p.Scratch));

    [Fact]
    public Task Datagrams_arrive_once() =>
        Relaying.Run(p => Peer.Rsyslog($"port=\"{p.Udp}\" protocol=\"udp\"", p.Scratch), datagrams: true);

    [Fact]
    public Task Rfc_5424_datagrams_arrive_once() =>
        Relaying.Run(p => Peer.Rsyslog($"port=\"{p.Udp}\" protocol=\"udp\" {Rfc5424}", p.Scratch), datagrams: true);

    private static string Tls(Pipeline p) =>
        $"port=\"{p.Tls}\" protocol=\"tcp\" streamDriver=\"ossl\" streamDriverMode=\"1\" streamDriverAuthMode=\"x509/name\" "
        + "streamDriverPermittedPeers=\"localhost\" "
        + $"streamDriver.CAFile=\"{p.Certificates}/ca.pem\" streamDriver.CertFile=\"{p.Certificates}/edge-node.pem\" "
        + $"streamDriver.KeyFile=\"{p.Certificates}/edge-node-key.pem\"";
}
