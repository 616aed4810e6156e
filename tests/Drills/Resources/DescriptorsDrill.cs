using System.Net;
using System.Net.Sockets;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Resources;

/// <summary>
/// Strangers take every connection that edge and aggregator have a descriptor for: those who are connected are served, files
/// are opened, nobody spins or ends, and new connections are taken again when the strangers leave. A cycle is one such visit
/// to each.
/// </summary>
internal sealed class DescriptorsDrill() : Drill("descriptors", "50", "takes every descriptor of edge and aggregator by connecting to them")
{
    private const int Spare = 100;
    private const int Strangers = Spare + 100;
    private const double LoadMax = 1.0;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(3);

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        var gateway = 0;
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            Aggregator = node =>
            {
                gateway = node.Gateway!.Value;
                return node;
            },
            OfAggregator = """
                aggregator.settle-after = 0s
                aggregator.checkpoint-every = 300ms
                aggregator.files.rotation.size = 128KiB
                """,
        });
        await using var load = EndlessLoad.Start(plant, rate: 500);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Visit(run, load, plant, plant.Edge, plant.Target.Open, "edge");
            await Visit(run, load, plant, plant.Aggregator, () => ToGateway(gateway), "aggregator");
        }

        await load.Finish(run);
    }

    private static async Task Visit(
        DrillRun run, EndlessLoad load, Plant plant, ActorLogProcess node, Func<Socket> open, string who)
    {
        await load.Deliver(200_000);
        var before = Vitals.Descriptors(node.Process);
        await Allow(node, before + Spare);
        var strangers = new List<Socket>();
        try
        {
            for (var i = 0; i < Strangers; i++)
            {
                strangers.Add(open());
            }

            var share = await Vitals.Load(node.Process, Watched);
            // Sealed files are closed and new ones opened meanwhile.
            await load.Deliver(600_000);
            run.Say($"{who}: {before} descriptors, {Vitals.Descriptors(node.Process)} of {before + Spare} with {Strangers} strangers, {share:P0} of a core");
            DrillRun.Require(share < LoadMax, $"{who} takes {share:P0} of a core\n{plant.Account()}");
        }
        finally
        {
            strangers.ForEach(static s => s.Dispose());
        }

        await Eventually.True(
            () => Task.FromResult(Vitals.Descriptors(node.Process) <= before + (Spare / 4)), Limit,
            () => $"{who} lets {Vitals.Descriptors(node.Process)} descriptors go\n{plant.Account()}");
        DrillRun.Require(!node.Process.HasExited, plant.Account());
    }

    private static Socket ToGateway(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static Task<IReadOnlyList<string>> Allow(ActorLogProcess node, int descriptors) => ChildProcess.Run(
        Repository.Part("prlimit"), ["--pid", $"{node.Process.Id}", $"--nofile={descriptors}:{descriptors}"], "/");
}
