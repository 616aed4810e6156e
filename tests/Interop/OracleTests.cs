using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>The senders against a receiver of a few lines, which writes what it gets as lines.</summary>
public sealed class OracleTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Oracle _oracle = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(OracleFraming.Nul)]
    [InlineData(OracleFraming.LineFeed)]
    public async Task What_is_sent_over_tcp_verifies(OracleFraming framing)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        const int Connections = 3;
        var received = Enumerable.Range(0, Connections).Select(i => Receive(listener, _directory[$"web{i}.log"])).ToArray();

        await _oracle.Send(
            OracleTarget.Tcp(((IPEndPoint)listener.LocalEndpoint).Port),
            new OracleLoad(30_001) { Connections = Connections, Framing = framing, Header = OracleHeader.Rfc5424 });
        await Task.WhenAll(received);

        var found = Verifier.Read(_directory.Path, _oracle.Ledger);
        Assert.Equal(30_001, _oracle.Ledger.Sent);
        Assert.True(found.IsExact, found.ToString());
    }

    [Fact]
    public async Task What_is_sent_to_a_unix_datagram_socket_verifies()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_directory["in.sock"]));

        var sending = _oracle.Send(OracleTarget.UnixDatagram(_directory["in.sock"]), new OracleLoad(2000) { Rate = 20_000 });
        using (var file = File.Create(Path.Combine(_directory.Folder("logs"), "web1.log")))
        {
            var buffer = new byte[OracleMessages.BytesMax];
            for (var i = 0; i < 2000; i++)
            {
                file.Write(buffer.AsSpan(0, await socket.ReceiveAsync(buffer)));
                file.WriteByte((byte)'\n');
            }
        }
        await sending;

        var found = Verifier.Read(_directory["logs"], _oracle.Ledger);
        Assert.True(found.IsExact, found.ToString());
    }

    [Fact]
    public async Task An_octet_count_is_the_length_of_its_message()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var received = Receive(listener, _directory["raw"]);

        await _oracle.Send(
            OracleTarget.Tcp(((IPEndPoint)listener.LocalEndpoint).Port),
            new OracleLoad(100) { Framing = OracleFraming.OctetCounting, Header = OracleHeader.Rfc3164 });
        await received;

        var text = await File.ReadAllTextAsync(_directory["raw"], Encoding.ASCII);
        for (var i = 0; i < 100; i++)
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            var end = space + 1 + int.Parse(text[..space], null);
            Assert.StartsWith("<142>May 27 17:51:21 web1 gunicorn.shop.access: [4711] ", text[(space + 1)..end], StringComparison.Ordinal);
            Assert.True(OracleMark.TryRead(Encoding.ASCII.GetBytes(text[..end]), out var mark));
            Assert.Equal(new OracleMark(0, 0, i), mark);
            text = text[end..];
        }
        Assert.Equal("", text);
    }

    [Fact]
    public async Task A_broken_connection_leaves_what_was_under_way_uncertain()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sending = _oracle.Send(
            OracleTarget.Tcp(((IPEndPoint)listener.LocalEndpoint).Port), new OracleLoad(200_000) { Reconnect = true });
        using (var first = await listener.AcceptSocketAsync())
        {
            // Closed with bytes unread, so that the sender gets a reset.
            await first.ReceiveAsync(new byte[1]);
        }
        await Receive(listener, _directory["web1.log"]);
        await sending;

        var found = Verifier.Read(_directory.Path, _oracle.Ledger);
        Assert.Equal(200_000, _oracle.Ledger.Sent + _oracle.Ledger.Uncertain);
        Assert.True(_oracle.Ledger.Uncertain > 0);
        Assert.True(found.AtMostOnce, found.ToString());
        Assert.Equal(200_000, found.Unique + found.Missing + found.UncertainMissing);
    }

    [Fact]
    public async Task A_load_that_does_not_reconnect_fails_where_nobody_listens() =>
        await Assert.ThrowsAsync<SocketException>(() => _oracle.Send(OracleTarget.Tcp(FreePort.Next()), new OracleLoad(1)));

    private static async Task Receive(TcpListener listener, string path)
    {
        using var socket = await listener.AcceptSocketAsync();
        using var file = File.Create(path);
        var buffer = new byte[65_536];
        int read;
        while ((read = await socket.ReceiveAsync(buffer)) > 0)
        {
            buffer.AsSpan(0, read).Replace((byte)0, (byte)'\n');
            file.Write(buffer.AsSpan(0, read));
        }
    }
}
