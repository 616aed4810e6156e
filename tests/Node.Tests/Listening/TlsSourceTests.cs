using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using Akka.Event;
using static ActorLog.Testing.Nodes.ListeningHost;

namespace ActorLog.Node.Tests.Listening;

/// <summary>Who comes in by a TLS source, who does not, and that those outside cost the others nothing (RFC 5425).</summary>
public class TlsSourceTests
{
    private static readonly SourceSettings Usual = Source("in", SourceTransport.Tls);

    [Fact]
    public async Task A_peer_that_speaks_plain_text_is_told_and_counted()
    {
        await using var host = new ListeningHost(false, Usual);
        using var peer = await host.Connect(Usual);
        using var plain = await Plain(host);
        var address = plain.LocalEndPoint!.ToString();
        await plain.SendAsync(Bytes("<13>in the clear\n"));
        await Refused(host, $"{address}: it does not speak TLS: it began with '<'");
        await peer.SendAsync(Bytes("<13>in a session\n"));
        await host.Received(1);
        Assert.Equal(["<13>in a session"], host.Texts);
        Assert.Equal(1, host.Ledger[LedgerAccount.HandshakesFailed]);
        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 1, "it is closed");
    }

    [Fact]
    public async Task What_one_peer_does_again_and_again_is_told_once_and_counted_each_time()
    {
        await using var host = new ListeningHost(false, Usual);
        for (var i = 1; i <= 20; i++)
        {
            using var plain = await Plain(host);
            await plain.SendAsync(Bytes("<13>x"));
            await Until(() => host.Ledger[LedgerAccount.HandshakesFailed] == i, $"{i} are counted");
        }

        await host.Stop();
        Assert.Single(host.Messages.OfType<Warning>());
    }

    [Fact]
    public async Task Who_only_looks_whether_the_port_is_open_is_no_fault()
    {
        await using var host = new ListeningHost(false, Usual);
        (await Plain(host)).Dispose();
        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 1, "it is closed");
        await host.Stop();
        Assert.Equal(0, host.Ledger[LedgerAccount.HandshakesFailed]);
        Assert.Empty(host.Messages.OfType<Warning>());
    }

    [Fact]
    public async Task A_client_without_a_certificate_stays_outside()
    {
        await using var host = new ListeningHost(false, Usual);
        await SendAll(host, null, "<13>nobody\n");
        await Refused(host, "the peer showed no certificate");
        Assert.Empty(host.Records);
    }

    [Theory]
    [InlineData(ClientCertificate.Required)]
    [InlineData(ClientCertificate.Optional)]
    public async Task A_client_with_a_certificate_of_another_CA_stays_outside(ClientCertificate wanted)
    {
        await using var host = new ListeningHost(false, With(wanted));
        var stranger = new TestAuthority(Path.Combine(host.Folder, "others")).Client();
        await SendAll(host, X509Certificate2.CreateFromPemFile(stranger.CertificatePath, stranger.KeyPath), "<13>stranger\n");
        await Refused(host, "the certificate of CN=client.example is not accepted");
        Assert.Empty(host.Records);
    }

    [Theory]
    [InlineData(ClientCertificate.Optional)]
    [InlineData(ClientCertificate.None)]
    public async Task A_client_without_a_certificate_comes_in_where_none_is_required(ClientCertificate wanted)
    {
        await using var host = new ListeningHost(false, With(wanted));
        await SendAll(host, null, "<13>nobody\n");
        await host.Received(1);
        Assert.Equal(["<13>nobody"], host.Texts);
        Assert.Equal(0, host.Ledger[LedgerAccount.HandshakesFailed]);
    }

    [Fact]
    public async Task A_client_that_does_not_trust_the_server_is_told_of()
    {
        await using var host = new ListeningHost(false, Usual);
        using var socket = await Plain(host);
        using var session = new SslStream(new NetworkStream(socket));
        // Nobody signs for the server here.
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => session.AuthenticateAsClientAsync("127.0.0.1"));
        session.Dispose();
        socket.Dispose();
        await Until(() => host.Ledger[LedgerAccount.HandshakesFailed] == 1, "it is counted");
        Assert.Empty(host.Records);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_end_of_a_session_is_answered(SslProtocols version)
    {
        await using var host = new ListeningHost(false, Usual);
        using var socket = await Plain(host);
        using var session = await Session(host, socket, Own(host), version);
        await session.WriteAsync(Bytes("<13>last"));
        await session.ShutdownAsync();
        // Behind the tickets of TLS 1.3 an alert, encrypted, and the end (RFC 5425, section 4.4).
        var answer = new List<byte>();
        var buffer = new byte[100];
        for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;)
        {
            answer.AddRange(buffer[..read]);
        }

        var last = Records([.. answer]).Last();
        Assert.Equal(version == SslProtocols.Tls12 ? (0x15, 26) : (0x17, 19), (last[0], last.Length - 5));
        await host.Received(1);
        Assert.Equal(("<13>last", false), (host.Records.Single().Text, host.Records.Single().Truncated));
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_TLS_record_keeps_what_came_whole_and_marks_the_rest()
    {
        await using var host = new ListeningHost(false, Usual);
        using var socket = await Plain(host);
        using (var session = await Session(host, socket, Own(host), SslProtocols.Tls13))
        {
            await session.WriteAsync(Bytes("<13>whole\n"));
            await host.Received(1);
            await session.WriteAsync(Bytes("<13>half of"));
            await socket.SendAsync(new byte[] { 0x17, 3, 3, 1, 0, 1, 2, 3 });
        }

        socket.Dispose();
        await host.Received(2);
        Assert.Equal([("<13>whole", false), ("<13>half of", true)], host.Records.Select(record => (record.Text, record.Truncated)));
    }

    [Fact]
    public async Task A_record_that_was_tampered_with_ends_its_own_connection_only()
    {
        await using var host = new ListeningHost(false, Usual);
        using var other = await host.Connect(Usual);
        using var socket = await Plain(host);
        using var session = await Session(host, socket, Own(host), SslProtocols.Tls13);
        await session.WriteAsync(Bytes("<13>good\n"));
        await host.Received(1);
        byte[] forged = [0x17, 3, 3, 0, 20, .. new byte[20]];
        await socket.SendAsync(forged);
        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 1, "it is closed");
        await Told(host, $"Source in lost {socket.LocalEndPoint}: ");
        await other.SendAsync(Bytes("<13>other\n"));
        await host.Received(2);
        Assert.Equal(["<13>good", "<13>other"], host.Texts);
    }

    [Fact]
    public async Task A_client_that_is_killed_is_no_news()
    {
        await using var host = new ListeningHost(false, Usual);
        using (var peer = await host.Connect(Usual))
        {
            await peer.SendAsync(Bytes("<13>last words\n"));
            await host.Received(1);
            peer.LingerState = new LingerOption(true, 0);
        }

        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 1, "it is closed");
        await host.Stop();
        Assert.Empty(host.Messages.OfType<Warning>());
        Assert.Equal(0, host.Ledger[LedgerAccount.HandshakesFailed]);
    }

    [Fact]
    public async Task Peers_that_stop_in_the_middle_of_the_handshake_hold_up_nobody()
    {
        await using var host = new ListeningHost(false, Usual);
        var slow = new List<Socket>();
        for (var i = 0; i < 200; i++)
        {
            var socket = await Plain(host);
            slow.Add(socket);
            await socket.SendAsync(i % 2 == 0 ? Samples.HalfHello : Samples.HalfHello[..1]);
        }

        await Until(() => host.Ledger[LedgerAccount.ConnectionsAccepted] == 200, "all are there");
        using var peer = await host.Connect(Usual);
        await peer.SendAsync(Bytes("<13>quick\n"));
        await host.Received(1);
        // None of them had to go for that.
        Assert.Equal(0, host.Ledger[LedgerAccount.ConnectionsClosed]);
        slow.ForEach(socket => socket.Dispose());
        await Until(() => host.Ledger[LedgerAccount.HandshakesFailed] == 200, "all are counted");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60)]
    public async Task A_handshake_has_its_time(int bytes)
    {
        var source = Usual with { Tls = Usual.Tls! with { HandshakeTimeout = TimeSpan.FromSeconds(1) } };
        await using var host = new ListeningHost(false, source);
        using var slow = await Plain(host);
        await slow.SendAsync(Samples.HalfHello.AsMemory(0, bytes));
        await Refused(host, "no handshake within 1s");
        Assert.Equal(0, await slow.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task A_peer_that_sends_byte_by_byte_has_no_more_time()
    {
        var source = Usual with { Tls = Usual.Tls! with { HandshakeTimeout = TimeSpan.FromSeconds(1) } };
        await using var host = new ListeningHost(false, source);
        using var slow = await Plain(host);
        for (var i = 0; i < Samples.HalfHello.Length && host.Ledger[LedgerAccount.HandshakesFailed] == 0; i++)
        {
            await slow.SendAsync(Samples.HalfHello.AsMemory(i, 1));
            await Task.Delay(100);
        }

        await Refused(host, "no handshake within 1s");
    }

    [Fact]
    public async Task Thousands_beyond_the_limit_are_refused_and_who_is_in_is_served()
    {
        const int Beyond = 2000;
        var source = Source("in", SourceTransport.Tls, connectionsMax: 1);
        await using var host = new ListeningHost(false, source);
        using var peer = await host.Connect(source);
        for (var i = 0; i < Beyond; i++)
        {
            (await Plain(host)).Dispose();
        }

        await peer.SendAsync(Bytes("<13>served\n"));
        await host.Received(1);
        await Until(() => host.Ledger[LedgerAccount.ConnectionsRefused] == Beyond, "all are refused");
        Assert.Equal(1, host.Ledger[LedgerAccount.ConnectionsAccepted]);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_to_who_comes_next()
    {
        await using var host = new ListeningHost(false, Usual);
        using var first = await Plain(host);
        using var standing = await Session(host, first, Own(host), SslProtocols.Tls13);
        host.Authority.Server();
        Assert.True(host.Server.Renew(DateTimeOffset.UtcNow));
        using var second = await Plain(host);
        using var next = await Session(host, second, Own(host), SslProtocols.Tls13);
        Assert.NotEqual(standing.RemoteCertificate!.GetSerialNumberString(), next.RemoteCertificate!.GetSerialNumberString());
        await standing.WriteAsync(Bytes("<13>standing\n"));
        await next.WriteAsync(Bytes("<13>next\n"));
        await host.Received(2);
    }

    [Fact]
    public async Task Small_records_of_TLS_and_large_ones_make_the_same_frames()
    {
        await using var host = new ListeningHost(false, Usual);
        using var peer = await host.Connect(Usual);
        var frames = Enumerable.Range(0, 3000).Select(i => $"<13>{i} {new string('x', i % 300)}").ToList();
        foreach (var frame in frames)
        {
            await peer.SendAsync(Bytes($"{frame.Length} {frame}"));
        }

        // One write of many records of 16 KiB.
        await peer.SendAsync(Bytes(string.Concat(frames.Select(frame => $"{frame.Length} {frame}"))));
        await host.Received(2 * frames.Count);
        Assert.Equal([.. frames, .. frames], host.Texts);
    }

    /// <summary>The records of TLS in some bytes, each with its head of five.</summary>
    private static IEnumerable<byte[]> Records(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4]))
        {
            yield return bytes[at..(at + 5 + ((bytes[at + 3] << 8) | bytes[at + 4]))];
        }
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static SourceSettings With(ClientCertificate wanted) => Usual with { Tls = Usual.Tls! with { ClientCertificate = wanted } };

    private static async Task<Socket> Plain(ListeningHost host)
    {
        // What is sent has left when the socket is closed, though tickets of TLS 1.3 lie there unread.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(await host.Ready("in"));
        return socket;
    }

    private static X509Certificate2 Own(ListeningHost host)
    {
        var files = host.Authority.Client();
        return X509Certificate2.CreateFromPemFile(files.CertificatePath, files.KeyPath);
    }

    private static async Task<SslStream> Session(ListeningHost host, Socket socket, X509Certificate2? own, SslProtocols version)
    {
        var session = new SslStream(new NetworkStream(socket));
        await session.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            EnabledSslProtocols = version,
            CertificateChainPolicy = CertificateChain.Policy(host.Authority.Trusted()),
            ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
        });
        return session;
    }

    /// <summary>Sends as far as the source lets it: in TLS 1.3 a client is done before it is judged.</summary>
    private static async Task SendAll(ListeningHost host, X509Certificate2? own, string text)
    {
        using var socket = await Plain(host);
        try
        {
            using var session = await Session(host, socket, own, SslProtocols.None);
            await session.WriteAsync(Bytes(text));
            await session.ShutdownAsync();
            Assert.Equal(0, await session.ReadAsync(new byte[1]));
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            // Refused: what the source says of it is what tests look at.
        }
    }

    private static async Task Refused(ListeningHost host, string why)
    {
        await Told(host, "Source in refused 127.0.0.1:", why);
        Assert.True(host.Ledger[LedgerAccount.HandshakesFailed] > 0);
    }

    private static Task Told(ListeningHost host, string begin, string what = "") => Until(
        () => host.Messages.OfType<Warning>().Select(warning => warning.Message.ToString()!).Any(text =>
            text.StartsWith(begin, StringComparison.Ordinal) && text.Contains(what, StringComparison.Ordinal)),
        $"'{begin}...{what}' is told");
}
