using System.Net;
using System.Threading.Channels;
using ActorLog.Node.Forwarding;
using ActorLog.Node.Links;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Versions;

namespace ActorLog.Testing.Nodes;

/// <summary>An uplink whose other end the test plays.</summary>
internal sealed class ScriptedGateway : Uplink
{
    private readonly Channel<Connection> _connections = System.Threading.Channels.Channel.CreateUnbounded<Connection>();

    public Exception? Refusal { get; set; }

    public int Attempts { get; private set; }

    /// <summary>Where the edge was sent last, and goes.</summary>
    public DnsEndPoint? MovedTo { get; private set; }

    public override bool TryMove(DnsEndPoint owner)
    {
        MovedTo = owner;
        return true;
    }

    public override Task<FrameLink> ConnectAsync(CancellationToken stop)
    {
        Attempts++;
        if (Refusal is not null)
        {
            return Task.FromException<FrameLink>(Refusal);
        }

        var (edge, gateway) = InProcessLink.Create();
        _connections.Writer.TryWrite(new Connection(gateway));
        return Task.FromResult(new FrameLink(edge, "the test"));
    }

    /// <summary>The next connection that the forwarder makes, its Hello taken.</summary>
    public async Task<Connection> AcceptAsync(string? welcomeFrom = "journal-1", string timeline = "1", int? version = null)
    {
        using var limit = new CancellationTokenSource(NodeHost.Patience);
        var connection = await _connections.Reader.ReadAsync(limit.Token);
        connection.Hello = await connection.ReadAsync<DeliveryFrame.Hello>();
        if (welcomeFrom is not null)
        {
            connection.Send(new DeliveryFrame.Welcome(version ?? Release.Edge.Newest, welcomeFrom, timeline, "node-1"));
        }

        return connection;
    }

    internal sealed class Connection : IAsyncDisposable
    {
        private readonly Channel<DeliveryFrame> _inbox = System.Threading.Channels.Channel.CreateUnbounded<DeliveryFrame>();
        private readonly CancellationTokenSource _stop = new();
        private readonly FrameLink _link;
        private readonly Task _running;

        public Connection(Stream stream)
        {
            _link = new FrameLink(stream, "the forwarder");
            _running = RunAsync();
        }

        public DeliveryFrame.Hello Hello { get; set; } = null!;

        /// <summary>Whether the forwarder has ended it.</summary>
        public bool IsOver => _running.IsCompleted;

        public void Send(DeliveryFrame frame) => _link.Send(frame);

        /// <summary>The next frame, pings left out.</summary>
        public Task<DeliveryFrame> ReadAsync() => ReadAsync(NodeHost.Patience);

        /// <summary>The next frame that comes in this time, pings left out.</summary>
        public async Task<DeliveryFrame> ReadAsync(TimeSpan patience)
        {
            using var limit = new CancellationTokenSource(patience);
            while (true)
            {
                if (await _inbox.Reader.ReadAsync(limit.Token) is not DeliveryFrame.Ping and var frame)
                {
                    return frame;
                }
            }
        }

        public async Task<T> ReadAsync<T>()
            where T : DeliveryFrame => Assert.IsType<T>(await ReadAsync());

        /// <summary>The next batch: its number and the messages in it.</summary>
        public async Task<(uint Stream, long N, string Text)> ReadBatchAsync()
        {
            var batch = await ReadAsync<DeliveryFrame.Batch>();
            return (batch.Stream, batch.N, string.Join("|", Samples.Messages(batch.Block.Span)));
        }

        /// <summary>That a Ping's answer is the next frame: nothing else was under way.</summary>
        public async Task ExpectNothingAsync()
        {
            Send(new DeliveryFrame.Ping(4711));
            Assert.Equal(4711UL, (await ReadAsync<DeliveryFrame.Pong>()).Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        private async Task RunAsync()
        {
            try
            {
                await _link.RunAsync(
                    frame =>
                    {
                        _inbox.Writer.TryWrite(frame);
                        return ValueTask.CompletedTask;
                    },
                    _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
            {
                _inbox.Writer.TryComplete(e);
            }

            _inbox.Writer.TryComplete();
        }
    }
}
