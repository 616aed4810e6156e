using ActorLog.Drills.Running;

namespace ActorLog.Drills.Resources;

/// <summary>
/// Edge and aggregator may use a tenth of a core each for a while: slow, and right. A cycle is one such while.
/// </summary>
internal sealed class CpuQuotaDrill() : Drill("cpu-quota", "49", "gives edge and aggregator a tenth of a core each")
{
    private const int PeriodUs = 100_000;

    public override int LongCycles => 5;

    public override async Task Run(DrillRun run)
    {
        await using var group = ControlGroup.Make("cpu");
        await using var other = ControlGroup.Make("cpu");
        group.Set("cpu.cfs_period_us", PeriodUs);
        other.Set("cpu.cfs_period_us", PeriodUs);
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates()));
        await using var load = EndlessLoad.Start(plant, rate: 1_000);
        group.Take(plant.Edge.Process);
        other.Take(plant.Aggregator.Process);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await load.Deliver(500_000);
            var connections = plant.Connections;
            group.Set("cpu.cfs_quota_us", PeriodUs / 10);
            other.Set("cpu.cfs_quota_us", PeriodUs / 10);
            await load.Deliver(1_000_000);
            run.Say($"a tenth of a core: {load.Sent:N0} sent, connected {plant.Connections - connections} times anew");
            group.Set("cpu.cfs_quota_us", -1);
            other.Set("cpu.cfs_quota_us", -1);
        }

        await load.Finish(run);
    }
}
