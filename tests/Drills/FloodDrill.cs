using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>
/// Datagrams faster than a small receive buffer and an edge of the lowest priority can take: what sendto accepted is in the
/// files or in the report, to the record. Over UDP in one process and in two; and over a unix socket, where the kernel
/// holds the sender back and nothing may be lost. A cycle is all three.
/// </summary>
internal sealed class FloodDrill() : Drill(
    "udp-flood", "-", "floods an edge with datagrams, embedded and apart: sent = stored + reported, to the record")
{
    private const long Messages = 60_000;

    private const string SmallBuffer = "sources.udp.receive-buffer = 64KiB";

    public override int LongCycles => 3;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Embedded(run, isUnix: false);
            await Embedded(run, isUnix: true);
            await Apart(run);
        }
    }

    private static async Task Embedded(DrillRun run, bool isUnix)
    {
        using var directory = new TempDirectory();
        var udp = FreePort.Next();
        var socket = Path.Combine(directory["node"], "in.sock");
        var config = new NodeConfig
        {
            Role = "edge,aggregator",
            Name = "web1",
            DataDirectory = directory["node"],
            Udp = isUnix ? null : udp,
            UnixDatagram = isUnix ? socket : null,
            Forward = 0,
            AggregatorFiles = directory["logs"],
            Prefix = ["nice", "-n", "19"],
            Further = isUnix ? "batching.stall-max = 5m" : SmallBuffer,
        };
        await using var node = await ActorLogProcess.Start(config);
        var oracle = new Oracle();
        await oracle.Send(isUnix ? OracleTarget.UnixDatagram(socket) : OracleTarget.Udp(udp), Load());
        await Accounting.AtRest(node, oracle.Ledger.Sent);
        await DrillRun.Stop(node);

        var report = await Accounting.Report(config, "--host", "web1");
        Accounting.Settle(run, oracle.Ledger, directory["logs"], report);
        var (dropped, said) = (Accounting.Sum(report, "dropped", "records"), Accounting.Sum(report, "gap-record", "records"));
        DrillRun.Require(dropped == said, $"{dropped} dropped, and the files say {said}");
        DrillRun.Require(isUnix == (dropped == 0), $"{dropped} records were dropped on the way");
    }

    private static async Task Apart(DrillRun run)
    {
        var udp = FreePort.Next();
        NodeConfig edge = null!, aggregator = null!;
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            OfEdge = SmallBuffer,
            Edge = config => edge = config with { Tcp = null, Udp = udp, Prefix = ["nice", "-n", "19"] },
            Aggregator = config => aggregator = config,
        });
        var oracle = new Oracle();
        await oracle.Send(OracleTarget.Udp(udp), Load());
        await Accounting.AtRest(plant.Edge, oracle.Ledger.Sent);
        await DrillRun.Stop(plant.Edge);
        await DrillRun.Stop(plant.Aggregator);

        var report = await Accounting.Report(edge);
        Accounting.Settle(run, oracle.Ledger, plant.Files, report);
        var stored = await Accounting.Report(aggregator, "--host", "web1");
        var (dropped, said) = (Accounting.Sum(report, "dropped", "records"), Accounting.Sum(stored, "gap-record", "records"));
        DrillRun.Require(dropped == said, $"{dropped} dropped, and the files say {said}");
        DrillRun.Require(dropped > 0, "the edge took all of it: nothing was shown");
    }

    private static OracleLoad Load() => new(Messages) { Connections = 4, Host = "shop{0}", Header = OracleHeader.Rfc3164 };
}
