using System.Collections.Concurrent;
using System.Net;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Gunicorn;
using ActorLog.Protocol.Syslog;
using ActorLog.Protocol.Versions;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>An edge of a few lines that sends one block at a time, and sees each frame that comes back.</summary>
internal sealed class GatewayClient : IAsyncDisposable
{
    /// <summary>Messages in a block.</summary>
    public const int MessagesPerBlock = 10;

    private const string Origin = "drill/1";
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);
    private readonly FrameLink _link;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<DeliveryFrame> _frames = new();
    private readonly Task _reading;
    private uint _stream = 1;

    private GatewayClient(FrameLink link)
    {
        _link = link;
        _reading = link.RunAsync(
            frame =>
            {
                _frames.Enqueue(frame);
                return ValueTask.CompletedTask;
            },
            _stop.Token);
    }

    /// <summary>All up to this block is acknowledged.</summary>
    public long Stored => _frames.OfType<DeliveryFrame.Ack>().Select(static ack => ack.Stored).DefaultIfEmpty().Max();

    /// <summary>Connects and opens the stream behind what is stored.</summary>
    public static async Task<GatewayClient> Connect(int port, string certificates, long floor)
    {
        var identity = new TlsIdentity(new TlsSettings(
            Path.Combine(certificates, "ca.pem"),
            Path.Combine(certificates, "edge-node.pem"),
            Path.Combine(certificates, "edge-node-key.pem")));
        var uplink = new TlsUplink([new DnsEndPoint("localhost", port)], identity);
        var client = new GatewayClient(await uplink.ConnectAsync(CancellationToken.None));
        client._link.Send(new DeliveryFrame.Hello(Release.Edge.Newest, "drill", 1, "", "drill"));
        await Eventually.True(() => client._frames.Any(static f => f is DeliveryFrame.Welcome), AnswerMax, "a welcome");
        client.Open(floor);
        return client;
    }

    /// <summary>Sends a block with the messages of its number, from 1.</summary>
    public void Send(long n) => _link.Send(new DeliveryFrame.Batch(_stream, n, Block(n)));

    /// <summary>Sends a block, again after each rewind as an edge does, until it is acknowledged.</summary>
    public async Task Deliver(long n)
    {
        Send(n);
        await Eventually.True(
            () =>
            {
                if (_frames.OfType<DeliveryFrame.Rewind>().Any(rewind => rewind.Stream == _stream))
                {
                    _stream++;
                    Open(n - 1);
                    Send(n);
                }

                return Task.FromResult(Stored >= n);
            },
            AnswerMax,
            () => $"an ack of {n} among {string.Join(", ", _frames.TakeLast(20))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => _reading);
        _stop.Dispose();
    }

    private void Open(long floor) => _link.Send(new DeliveryFrame.Open(_stream, Origin, floor));

    private static byte[] Block(long n)
    {
        var messages = new OracleMessages(0, 0, "shop0", OracleHeader.Rfc3164, null);
        var parser = new SyslogParser();
        var scratch = new byte[SyslogParser.ScratchBytes];
        var bytes = new byte[OracleMessages.BytesMax];
        var now = DateTime.UtcNow.Ticks;
        var context = new ParseContext(now, TimeZoneInfo.Utc, new TrustedProxies([]));
        using var batch = new BatchWriter();
        for (var i = 0; i < MessagesPerBlock; i++)
        {
            var length = messages.Write(bytes, ((n - 1) * MessagesPerBlock) + i);
            Assert.True(batch.TryAppend(parser.Parse(bytes.AsSpan(0, length), context, scratch), "shop0"u8, now));
        }

        using var records = batch.Take()!;
        using var writer = new BlockWriter(BlockCompression.None, 1);
        var blocks = new List<byte[]>();
        writer.Write(records, blocks);
        var block = Assert.Single(blocks);
        BlockFormat.StampOrdinal(block, (n - 1) * MessagesPerBlock);
        return block;
    }
}
