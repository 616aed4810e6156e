using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using ActorLog.Node.Hosting;
using ActorLog.Node.Links;
using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Framing;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Testing.Nodes;

/// <summary>
/// Listeners with a queue behind them that is read (unless a test closes the tap), and what they said.
/// </summary>
internal sealed class ListeningHost : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create("listening", "akka.loglevel = WARNING");
    private readonly Channel<FrameBatch> _queue;
    private readonly ManualResetEventSlim _tap = new(true);
    private readonly Task _reading;

    public ListeningHost(bool portable, params SourceSettings[] sources)
        : this(portable, 64, TimeSpan.FromSeconds(5), sources)
    {
    }

    public ListeningHost(bool portable, int queueBatches, TimeSpan stallMax, params SourceSettings[] sources)
    {
        Folder = Directory.CreateTempSubdirectory("al").FullName;
        _queue = System.Threading.Channels.Channel.CreateBounded<FrameBatch>(queueBatches);
        var batching = new BatchingSettings(
            256 * 1024, TimeSpan.FromMilliseconds(5), queueBatches, stallMax, default(BlockCompression));
        var shared = new IntakeSettings("node1", batching, portable, _queue.Writer, Ledger) { Identities = Identities(sources) };
        var observer = _system.ActorOf(Props.Create(() => new Recorder(Messages)));
        _system.EventStream.Subscribe(observer, typeof(Warning));
        _reading = ReadAsync();
        Listeners = _system.ActorOf(
            ListenersActor.Props([.. sources.Select(Placed)], shared, observer), "listeners");
    }

    public string Folder { get; }

    public IActorRef Listeners { get; }

    /// <summary>What signs the certificates of TLS sources, and of those who connect.</summary>
    public TestAuthority Authority => field ??= new TestAuthority(Path.Combine(Folder, "certs"));

    /// <summary>The certificate of all TLS sources.</summary>
    public TlsIdentity Server => field ??= new TlsIdentity(Authority.Server());

    /// <summary>That of who connects.</summary>
    public TlsIdentity Client => field ??= new TlsIdentity(Authority.Client());

    public Ledger Ledger { get; } = new();

    public ConcurrentQueue<object> Messages { get; } = new();

    public ConcurrentQueue<Taken> Records { get; } = new();

    public int Batches { get; private set; }

    public IEnumerable<string> Texts => Records.Select(record => record.Text);

    public static SourceSettings Source(
        string name,
        SourceTransport transport,
        FramingMode framing = FramingMode.Auto,
        int port = 0,
        int connectionsMax = 1000,
        TimeSpan idle = default,
        int recordBytesMax = 1024 * 1024,
        string address = "127.0.0.1") => new(
            name,
            transport,
            IsUnix(transport) ? null : new IPEndPoint(IPAddress.Parse(address), port),
            IsUnix(transport) ? name : null,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite,
            framing,
            false,
            TimeZoneInfo.Utc,
            recordBytesMax,
            4 * 1024 * 1024,
            connectionsMax,
            idle == default ? TimeSpan.FromMinutes(10) : idle,
            [])
        {
            Tls = transport == SourceTransport.Tls
                ? new TlsSourceSettings(ClientCertificate.Required, TimeSpan.FromMinutes(10), null) : null,
        };

    /// <summary>Each transport, by the fast path and by the portable one; TLS has one.</summary>
    public static TheoryData<bool, SourceTransport> BothPaths(params SourceTransport[] transports)
    {
        var rows = new TheoryData<bool, SourceTransport>();
        foreach (var transport in transports)
        {
            rows.Add(false, transport);
            if (transport != SourceTransport.Tls)
            {
                rows.Add(true, transport);
            }
        }

        return rows;
    }

    public static async Task Until(Func<bool> condition, string what)
    {
        var limit = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < limit, "waited in vain until " + what);
            await Task.Delay(5);
        }
    }

    public void CloseTap() => _tap.Reset();

    public void OpenTap() => _tap.Set();

    public string PathOf(string source) => Path.Combine(Folder, source);

    public async Task<IPEndPoint> Ready(string source)
    {
        await Until(() => Messages.OfType<ListenerReady>().Any(ready => ready.Source == source), $"{source} is ready");
        return Messages.OfType<ListenerReady>().Last(ready => ready.Source == source).EndPoint
            ?? new IPEndPoint(IPAddress.None, 0);
    }

    /// <summary>Waits until a source has become ready so many times.</summary>
    public Task Ready(string source, int times) => Until(
        () => Messages.OfType<ListenerReady>().Count(ready => ready.Source == source) >= times, $"{source} is ready {times} times");

    /// <summary>Breaks a source's actor: its supervisor starts it anew.</summary>
    public void Break(string source) =>
        _system.ActorSelection(Listeners.Path / Uri.EscapeDataString(source)).Tell(Kill.Instance);

    public async Task<ListenerFaulted> Faulted(string source)
    {
        await Until(() => Messages.OfType<ListenerFaulted>().Any(fault => fault.Source == source), $"{source} faulted");
        return Messages.OfType<ListenerFaulted>().First(fault => fault.Source == source);
    }

    public Task Received(int records) =>
        Until(() => Records.Count >= records, $"{records} records came; there are {Records.Count}");

    public Task<SourceClient> Connect(SourceSettings source) => Connect(source, source.Tls is null ? null : Client);

    /// <summary>Connects and does nothing more, not even a handshake.</summary>
    public Task<SourceClient> Knock(SourceSettings source) => Connect(source, null);

    private async Task<SourceClient> Connect(SourceSettings source, TlsIdentity? identity)
    {
        EndPoint to = await Ready(source.Name);
        return await SourceClient.ConnectAsync(
            source.Transport,
            source.Path is null ? to : new System.Net.Sockets.UnixDomainSocketEndPoint(PathOf(source.Path)),
            identity);
    }

    public async Task Stop()
    {
        await Listeners.Ask<ListeningStopped>(StopListening.Instance, Patience);
    }

    public async ValueTask DisposeAsync()
    {
        OpenTap();
        await Stop();
        _queue.Writer.Complete();
        await _reading;
        await _system.Terminate();
        _system.Dispose();
        _tap.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static bool IsUnix(SourceTransport transport) => transport is SourceTransport.UnixDatagram or SourceTransport.UnixStream;

    private Dictionary<string, TlsIdentity> Identities(IEnumerable<SourceSettings> sources) =>
        sources.Where(static source => source.Tls is not null).ToDictionary(static source => source.Name, _ => Server);

    private SourceSettings Placed(SourceSettings source) =>
        source.Path is null ? source : source with { Path = PathOf(source.Path) };

    private async Task ReadAsync()
    {
        await foreach (var batch in _queue.Reader.ReadAllAsync())
        {
            using (batch)
            {
                Batches++;
                foreach (var frame in batch.Frames)
                {
                    var sender = batch.Senders[frame.Sender];
                    Records.Enqueue(new Taken(
                        Encoding.Latin1.GetString(batch.BytesOf(frame)),
                        frame.Truncated,
                        sender.Source.Name,
                        Encoding.UTF8.GetString(sender.Host),
                        sender.IsLocal));
                }

                Assert.True(batch.ReceivedTicks > 0);
            }

            if (!_tap.IsSet)
            {
                await Until(() => _tap.IsSet, "the tap is opened");
            }
        }
    }

    public sealed record Taken(string Text, bool Truncated, string Source, string Host, bool IsLocal);

    private sealed class Recorder : UntypedActor
    {
        private readonly ConcurrentQueue<object> _messages;

        public Recorder(ConcurrentQueue<object> messages) => _messages = messages;

        protected override void OnReceive(object message) => _messages.Enqueue(message);
    }
}
