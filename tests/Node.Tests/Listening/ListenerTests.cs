using System.Net.Sockets;
using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Framing;
using static ActorLog.Testing.Nodes.ListeningHost;

namespace ActorLog.Node.Tests.Listening;

public class ListenerTests
{
    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static TheoryData<bool, SourceTransport> Streams() =>
        BothPaths(SourceTransport.Tcp, SourceTransport.UnixStream, SourceTransport.Tls);

    public static TheoryData<bool, SourceTransport> Datagrams() =>
        BothPaths(SourceTransport.Udp, SourceTransport.UnixDatagram);

    [Theory]
    [MemberData(nameof(Datagrams))]
    public async Task Each_datagram_is_a_record_whatever_it_holds(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        using var socket = await host.Connect(source);
        string[] texts = ["<13>one", "<13>two\n<13>still two", "5 <13>x", new string('y', 60_000), "<"];
        foreach (var text in texts)
        {
            await socket.SendAsync(Bytes(text));
        }

        await socket.SendAsync(Bytes("\0"));
        await socket.SendAsync(Array.Empty<byte>());
        await socket.SendAsync(Bytes("<13>last"));
        await host.Received(6);
        Assert.Equal(["<13>one", "<13>two\n<13>still two", "<13>x", texts[3], "<", "<13>last"], host.Texts);
        Assert.All(host.Records, record => Assert.Equal("node1", record.Host));
        Assert.All(host.Records, record => Assert.True(record.IsLocal));
        await host.Stop();
        Assert.Equal(6, host.Ledger[LedgerAccount.Received]);
        Assert.Equal([("in", 6L)], host.Ledger.ReceivedBySource);

        // The portable path asks for more only while something is there; an empty datagram is not.
        Assert.Equal(2, host.Ledger[LedgerAccount.EmptyFrames]);
    }

    [Theory]
    [MemberData(nameof(Datagrams))]
    public async Task Ten_thousand_datagrams_arrive_in_order(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        using var socket = await host.Connect(source);
        for (var i = 0; i < 10_000; i++)
        {
            await socket.SendAsync(Bytes($"<13>{i}"));

            // UDP loses what does not fit: no more under way than fits for sure.
            await Until(() => i - host.Records.Count < 1000, "the receiver keeps up");
        }

        await host.Received(10_000);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"<13>{i}"), host.Texts);
        Assert.Equal(0, host.Ledger[DropReason.Kernel]);
    }

    [Theory]
    [MemberData(nameof(Datagrams))]
    public async Task A_long_datagram_is_cut_and_marked(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport, recordBytesMax: 1000);
        await using var host = new ListeningHost(portable, source);
        using var socket = await host.Connect(source);
        await socket.SendAsync(Bytes(new string('x', 999) + "\u00c3\u00a9"));
        await host.Received(1);
        var record = host.Records.Single();
        Assert.Equal((new string('x', 999), true), (record.Text, record.Truncated));
        Assert.Equal(1, host.Ledger[LedgerAccount.Truncated]);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task One_listener_reads_every_framing(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        using var python = await host.Connect(source);
        using var logger = await host.Connect(source);
        using var counted = await host.Connect(source);
        await python.SendAsync(Bytes("<14>a\nb\0<14>c"));
        await logger.SendAsync(Bytes("<14>d\n<14>e\n"));
        await counted.SendAsync(Bytes("7 <14>f\ng6 <"));
        await host.Received(4);
        await python.SendAsync(Bytes("\0"));
        await counted.SendAsync(Bytes("14>hi"));
        await host.Received(6);
        Assert.Equal(
            ["<14>a\nb", "<14>c", "<14>d", "<14>e", "<14>f\ng", "<14>hi"],
            host.Texts.OrderBy(text => text, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_half_frame_at_the_close_is_kept(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        using (var socket = await host.Connect(source))
        {
            await socket.SendAsync(Bytes("<13>no line feed"));
        }

        using (var socket = await host.Connect(source))
        {
            await socket.SendAsync(Bytes("900 <13>short"));
        }

        await host.Received(2);
        Assert.Equal(
            [("<13>no line feed", false), ("<13>short", true)],
            host.Records.Select(record => (record.Text, record.Truncated)).OrderBy(pair => pair.Text));
        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 2, "both are closed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_ends_its_own_connection_only(bool portable)
    {
        var source = Source("in", SourceTransport.Tcp);
        await using var host = new ListeningHost(portable, source);
        using var other = await host.Connect(source);
        await other.SendAsync(Bytes("<13>before\0"));
        using (var socket = await host.Connect(source))
        {
            await socket.SendAsync(Bytes("<13>whole\0<13>half"));
            await host.Received(2);
            socket.LingerState = new LingerOption(true, 0);
        }

        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 1, "it is closed");
        await other.SendAsync(Bytes("<13>after\0"));
        await Until(() => host.Texts.Contains("<13>after"), "the other is read");
        Assert.Contains(host.Records, record => record is { Text: "<13>half", Truncated: true });
        Assert.Equal(4, host.Records.Count);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Two_hundred_connections_keep_their_own_order(bool portable, SourceTransport transport)
    {
        const int Connections = 200;
        const int Each = 50;
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        await host.Ready("in");
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async number =>
        {
            using var socket = await host.Connect(source);
            for (var i = 0; i < Each; i++)
            {
                // In two pieces, so that frames are carried from one read to the next.
                await socket.SendAsync(Bytes($"<13>{number} "));
                await socket.SendAsync(Bytes($"{i}\0"));
            }

            await socket.EndAsync();
        }));
        await host.Received(Connections * Each);
        foreach (var connection in host.Texts.Select(text => text[4..].Split(' ')).GroupBy(parts => parts[0]))
        {
            Assert.Equal(Enumerable.Range(0, Each).Select(i => $"{i}"), connection.Select(parts => parts[1]));
        }

        Assert.Equal(Connections, host.Ledger[LedgerAccount.ConnectionsAccepted]);
        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == Connections, "all are closed");
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Large_records_in_small_pieces_arrive_whole(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport, FramingMode.Nul, recordBytesMax: 700_000);
        await using var host = new ListeningHost(portable, source);
        using var socket = await host.Connect(source);
        string[] texts = [new string('a', 700_000), "small", new string('b', 30_000), new string('c', 300_000)];
        var wire = Bytes(string.Concat(texts.Select(text => text + "\0")) + new string('d', 1_500_000) + "\0end\0");
        foreach (var piece in wire.Chunk(10_007))
        {
            await socket.SendAsync(piece);
        }

        await host.Received(6);
        Assert.Equal([.. texts, new string('d', 700_000), "end"], host.Texts);
        Assert.Equal(1, host.Ledger[LedgerAccount.Truncated]);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Broken_counts_end_the_connection(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, source);
        using var socket = await host.Connect(source);
        await socket.SendAsync(Bytes("5 <13>ab<0>forged\n"));
        var answer = new byte[1];
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(answer));
        }
        catch (SocketException reset)
        {
            Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        }

        Assert.Equal(1, host.Ledger[LedgerAccount.FramingErrors]);
        await host.Received(1);
        Assert.Equal(["<13>a"], host.Texts);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Too_many_connections_are_refused_until_others_end(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport, connectionsMax: 2, idle: TimeSpan.FromMinutes(10));
        await using var host = new ListeningHost(portable, source);
        using (await host.Connect(source))
        using (await host.Connect(source))
        using (await host.Knock(source))
        {
            await Until(() => host.Ledger[LedgerAccount.ConnectionsRefused] == 1, "one is refused");
        }

        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 2, "the others have ended");
        using var next = await host.Connect(source);
        await next.SendAsync(Bytes("<13>served\0"));
        await host.Received(1);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_silent_connection_is_closed_and_what_it_had_begun_is_kept(bool portable, SourceTransport transport)
    {
        var source = Source("in", transport, connectionsMax: 2, idle: TimeSpan.FromSeconds(1));
        await using var host = new ListeningHost(portable, source);
        using var silent = await host.Connect(source);
        await silent.SendAsync(Bytes("<13>unfinished"));
        await host.Received(1);
        Assert.True(host.Records.Single().Truncated);
        await Until(() => host.Ledger[LedgerAccount.ConnectionsClosed] == 1, "it is closed");
    }
}
