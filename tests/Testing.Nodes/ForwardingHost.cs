using ActorLog.Node.Forwarding;
using ActorLog.Node.Settings;
using ActorLog.Node.Spooling;
using ActorLog.Protocol.Versions;
using Akka.Actor;
using Akka.TestKit;

namespace ActorLog.Testing.Nodes;

/// <summary>A spool and the forwarder behind it, over a real journal; the test plays the gateway.</summary>
internal sealed class ForwardingHost : IAsyncDisposable
{
    private IActorRef _forwarder = ActorRefs.Nobody;
    private IActorRef _spool = ActorRefs.Nobody;

    private readonly VersionRange _speaks;

    public ForwardingHost(Func<ForwardSettings, ForwardSettings>? change = null, VersionRange? speaks = null)
    {
        _speaks = speaks ?? Release.Edge;
        Host = new NodeHost(settings => settings with { Forward = change?.Invoke(settings.Forward) ?? settings.Forward });
        Start();
    }

    public NodeHost Host { get; }

    public ScriptedGateway Gateway { get; private set; } = null!;

    public TestProbe Status { get; private set; } = null!;

    public bool HasWriter => ((ActorRefWithCell)_spool).Children.Any();

    public Task SpoolAsync(params string[] messages) => SpoolAsync([.. messages.Select(static message => Samples.Block("web-1", message))]);

    public async Task SpoolAsync(params byte[][] blocks)
    {
        var request = new SpoolBlocks(
            blocks, blocks.Length,
            new(TaskCreationOptions.RunContinuationsAsynchronously));
        _spool.Tell(request);
        Assert.Equal(SpoolOutcome.Spooled, await request.Outcome.Task.WaitAsync(NodeHost.Patience));
    }

    public string[] Aside() => Directory.GetFiles(Host.RejectedPath, "*.block");

    public long Rows() => Host.Spool.Leftovers().Sum(static run => run.Last - run.First + 1);

    public async Task<bool> IsDrainedAsync() =>
        (await _forwarder.Ask<ForwarderActor.Drained>(new ForwarderActor.AskDrained(), NodeHost.Patience)).IsDrained;

    public async Task RestartAsync(Action? meanwhile = null)
    {
        await Host.RestartAsync(meanwhile);
        Start();
    }

    public IActorRef Forwarder(ScriptedGateway gateway) => Host.System.ActorOf(ForwarderActor.Props(new ForwarderSetup(
        Host.Settings.Forward, "edge-1", 16, "test", gateway, Host.Spool, Host.Rejected(), Host.Ledger, Status)
    {
        Speaks = _speaks,
    }));

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private void Start()
    {
        Gateway = new ScriptedGateway();
        Status = Host.Probe();
        _forwarder = Forwarder(Gateway);
        _spool = Host.System.ActorOf(
            SpoolActor.Props(Host.Settings.Spool, "edge-1", Host.Spool, Host.Ledger, _forwarder));
    }
}
