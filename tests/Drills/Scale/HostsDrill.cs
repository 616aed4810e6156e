using System.Diagnostics;
using ActorLog.Drills.Resources;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Scale;

/// <summary>
/// An aggregator in 512 MiB writes a file for each of ten thousand hosts, whose lines come in turn so that hardly two of one
/// batch belong to one file; then nobody sends until the files rest, and then all come back. A cycle is one rest.
/// </summary>
internal sealed class HostsDrill() : Drill("hosts", "-", "ten thousand hosts on an aggregator in 512 MiB")
{
    private const long Limit = 512L << 20;
    private const int Few = 10;
    private const int Many = 10_000;
    // As long at each rate: at the end all files are synced, and that is to be as small a part of it.
    private const int Seconds = 50;
    // A batch of the first holds hardly a line of each host; one of the second hundreds of ten hosts.
    private static readonly int[] Rates = [4_000, 20_000];
    private static readonly TimeSpan DeliveryMax = TimeSpan.FromMinutes(10);

    // Files rest when they were silent for ten minutes.
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(2);

    private int _senders;

    public override int QuickCycles => 0;

    public override async Task Run(DrillRun run)
    {
        await using var group = ControlGroup.Make("memory");
        group.Set("memory.limit_in_bytes", Limit);
        await using var plant = await Plant.Start(new PlantConfig(await run.Certificates())
        {
            Aggregator = node => node with { Prefix = group.Prefix },
            OfAggregator = "aggregator.settle-after = 1s",
        });
        var ledger = new OracleLedger();
        Say(run, plant, group, "no host");
        // The first of a process costs more than later ones.
        await Send(run, plant, ledger, "few{0}", Few, Seconds * Rates[0], Rates[0]);
        var few = new List<double>();
        foreach (var rate in Rates)
        {
            few.Add(await Send(run, plant, ledger, "few{0}", Few, Seconds * rate, rate));
        }

        Say(run, plant, group, $"{Few} hosts");
        await Send(run, plant, ledger, "many{0}", Many, Many, Rates[0]);
        Say(run, plant, group, $"{Many} hosts more");
        foreach (var (rate, ofFew) in Rates.Zip(few))
        {
            var many = await Send(run, plant, ledger, "many{0}", Many, Seconds * rate, rate);
            run.Say($"at {rate} a second CPU per record with {Many} hosts is {many / ofFew:0.00} of that with {Few}");
        }

        Say(run, plant, group, $"{Seconds * Rates.Sum() / Many} lines of each");
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await Eventually.True(
                async () =>
                {
                    // Ten thousand are dear to count.
                    await Task.Delay(CountEvery);
                    return Vitals.Descriptors(plant.Aggregator.Process) < Many / 10;
                },
                RestMax,
                () => $"files rest: {Vitals.Descriptors(plant.Aggregator.Process)} descriptors\n{plant.Account()}");
            Say(run, plant, group, "all silent");
            await Send(run, plant, ledger, "many{0}", Many, Many, Rates[0]);
            Say(run, plant, group, "all back");
        }

        var kills = group.Read("memory.oom_control", "oom_kill");
        DrillRun.Require(kills == 0 && !plant.Aggregator.Process.HasExited, $"killed for its memory\n{plant.Account()}");
        run.Say($"oom_kill {kills}, at most {group.Read("memory.max_usage_in_bytes") >> 20} MiB with the page cache");
        var found = await plant.Finish(ledger, static f => f.Missing == 0);
        run.Say($"{ledger.Sent:N0} sent; {DrillTally.Short(found)}");
        DrillRun.Require(found.Foreign == 0, $"lines of others: {found}");
        run.Tally.Add(found);
    }

    /// <summary>Sends, waits until all of it is settled, and says the aggregator's CPU for a record, in microseconds.</summary>
    private async Task<double> Send(DrillRun run, Plant plant, OracleLedger ledger, string host, int hosts, long messages, int rate)
    {
        var before = Vitals.Cpu(plant.Aggregator.Process);
        var edgeBefore = Vitals.Cpu(plant.Edge.Process);
        var clock = Stopwatch.StartNew();
        await new HostLoad(plant.Target, ledger, ++_senders, host, hosts).Send(messages, rate);
        var due = ledger.Sent;
        await Eventually.True(
            async () => await plant.Edge.Count("actorlog_received_records_total") == due
                && await plant.Edge.Count("actorlog_in_hand_records") + await plant.Edge.Count("actorlog_unsettled_records") == 0,
            DeliveryMax,
            () => $"{due} are settled\n{plant.Account()}");
        var cpu = (Vitals.Cpu(plant.Aggregator.Process) - before) / messages;
        var edge = (Vitals.Cpu(plant.Edge.Process) - edgeBefore) / messages;
        run.Say(
            $"{messages:N0} messages of {hosts:N0} hosts, {rate} a second, in {clock.Elapsed.TotalSeconds:0.0} s: "
            + $"{cpu.TotalMicroseconds:0.0} us of CPU each, {edge.TotalMicroseconds:0.0} us at the edge");
        return cpu.TotalMicroseconds;
    }

    private static void Say(DrillRun run, Plant plant, ControlGroup group, string when)
    {
        var node = plant.Aggregator.Process;
        run.Say(
            $"{when}: {Vitals.AnonymousKiB(node) >> 10} MiB anonymous, {Vitals.ResidentMiB(node)} MiB resident, "
            + $"{group.Read("memory.usage_in_bytes") >> 20} MiB of the group with the page cache, {Vitals.Descriptors(node)} descriptors");
    }
}
