using System.Net;
using ActorLog.Drills.Network;
using ActorLog.Drills.Running;

namespace ActorLog.Drills.Clustering;

/// <summary>A cluster whose network is cut, in each of the ways of <see cref="PartitionDrill"/>, and healed again.</summary>
internal sealed class CutCluster(DrillRun run, Lan lan, ClusterSites sites, ClusterPlant plant, HostWatch watch, WriterBook book)
{
    private const long SpooledEnough = 1_000;
    private const int Stutters = 5;
    private static readonly TimeSpan StutterCut = TimeSpan.FromMilliseconds(1_300);
    private static readonly TimeSpan StutterPause = TimeSpan.FromMilliseconds(1_500);
    private readonly Platform _platform = plant.Platform;
    private readonly int[] _all = [.. Enumerable.Range(0, plant.Aggregators.Count)];

    /// <summary>The oldest is cut off: it has the coordinator of the partitions.</summary>
    public Task CutOffOldest() => CutOff(_platform.Oldest, "the oldest", withDatabase: run.Random.Next(2) == 0);

    /// <summary>The owner of a host is cut off, and still reaches edges and database: nothing but the cluster keeps it from writing.</summary>
    public Task CutOffOwner() => CutOff(DrawOwner(), "an owner", withDatabase: false);

    /// <summary>The owner of a host is cut off from the others and from the database.</summary>
    public Task CutOffOwnerAndDatabase() => CutOff(DrawOwner(), "an owner", withDatabase: true);

    /// <summary>
    /// A young member's link to one of the others stutters, for less than is noticed, before it is cut off from both: its failure
    /// detector has learnt patience with the one, and misses it later than the other.
    /// </summary>
    public async Task CutOffStuttering()
    {
        var minority = run.Random.Next(_all.Length - 1);
        var late = run.Random.Next(minority + 1, _all.Length);
        await _platform.Stop(minority);
        await plant.Restart(minority);
        await One();
        for (var i = 0; i < Stutters; i++)
        {
            // How long is the fault.
            await lan.Cut([new Cut(sites.Aggregators[late], sites.Aggregators[minority])]);
            await Task.Delay(StutterCut);
            await lan.Heal();
            await Task.Delay(StutterPause);
        }

        await One();
        await CutOff(minority, $"that hears logs{late} by fits", withDatabase: false);
    }

    /// <summary>Nobody hears another: all are put out, and nothing is stored.</summary>
    public async Task CutOffAll()
    {
        var (before, since) = (_platform.Ends, watch.Now);
        await lan.Cut(_all.SelectMany(one => _all.Where(other => other > one).SelectMany(other => Between(one, other))));
        await plant.Until(
            () => Task.FromResult(_all.All(at => _platform.Ends[at] > before[at])), "all are put out that are alone");
        var outAfter = watch.Now - since;
        await plant.Until(
            async () => (await Task.WhenAll(_all.Select(IsWaiting))).All(static waits => waits), "all wait for others");
        var (events, due) = (await book.Events(), plant.Oracle.Ledger.Sent + SpooledEnough);
        await plant.Until(() => Task.FromResult(plant.Oracle.Ledger.Sent >= due), "the edges spool");
        var further = await book.Events() - events;
        DrillRun.Require(further == 0, $"{further} events were stored while nobody heard another\n{plant.Account()}");
        run.Say($"1|1|1: all put out after {outAfter.TotalSeconds:0.0} s, started again they wait, nothing is stored");
    }

    /// <summary>One is not heard by another, and hears it; the third hears both.</summary>
    public async Task CutOneWay()
    {
        var (from, to) = DrawPair();
        var (before, since) = (_platform.Ends, watch.Now);
        await lan.Cut([new Cut(sites.Aggregators[from], sites.Aggregators[to])]);
        await plant.Until(
            () => Task.FromResult(_all.Any(at => _platform.Ends[at] > before[at])), "the cluster decides who goes");
        var outAfter = watch.Now - since;
        await Progress(_all, "hosts go on though the cut lasts");
        run.Say($"one way: logs{from} not heard by logs{to}; decided after {outAfter.TotalSeconds:0.0} s; {_platform.EndsSince(before)} before it is healed");
    }

    /// <summary>Links between members break and heal by chance, one way or both, some times.</summary>
    public async Task Flap()
    {
        var before = _platform.Ends;
        var links = _all.SelectMany(from => _all.Where(to => to != from).Select(to => new Cut(sites.Aggregators[from], sites.Aggregators[to]))).ToArray();
        var times = run.Random.Next(6, 13);
        for (var i = 0; i < times; i++)
        {
            // How long is the fault.
            await lan.Cut(links.Where(_ => run.Random.Next(2) == 0));
            await Task.Delay(run.Random.Next(200, 4_000));
            await lan.Heal();
            await Task.Delay(run.Random.Next(100, 2_000));
        }

        run.Say($"flapping: {times} times; {_platform.EndsSince(before)}");
    }

    /// <summary>Heals all, and waits until the members are one cluster by themselves, and every host goes on.</summary>
    public async Task Heal()
    {
        var (before, since) = (_platform.Ends, watch.Now);
        await lan.Heal();
        await One();
        var oneAfter = watch.Now - since;
        await Progress(_all, "hosts go on in the healed cluster");
        run.Say(
            $"healed: one cluster after {oneAfter.TotalSeconds:0.0} s, {_platform.EndsSince(before)} since; {watch.Silences()}; "
            + $"{await book.Events()} events, {await book.Takeovers()} times owned, {book.Refusals} refused by the fence");
        var intrusions = await book.Intrusions();
        DrillRun.Require(intrusions.Count == 0, $"two writers:\n{string.Join('\n', intrusions)}\n{plant.Account()}");
    }

    private async Task CutOff(int minority, string who, bool withDatabase)
    {
        var others = _all.Where(at => at != minority).ToArray();
        var cuts = others.SelectMany(other => Between(minority, other));
        if (withDatabase)
        {
            cuts = cuts.Concat(Cut.Between(sites.Aggregators[minority], sites.Database));
        }

        var hosts = plant.Hosts.Count(host => plant.OwnerOf(host) == minority);
        var (before, since) = (_platform.Ends, watch.Now);
        await lan.Cut(cuts);
        await plant.Until(() => Task.FromResult(_platform.Ends[minority] > before[minority]), $"logs{minority} is put out");
        var outAfter = watch.Now - since;
        await Progress(others, "hosts go on at the majority");
        DrillRun.Require(
            others.All(at => _platform.Ends[at] == before[at]), $"the majority has lost members: {_platform.EndsSince(before)}\n{plant.Account()}");
        var wrote = watch.LastAt(minority) - since;
        run.Say(
            $"1|2: logs{minority}, {who} with {hosts} hosts, {(withDatabase ? "without" : "with")} the database; put out after "
            + $"{outAfter.TotalSeconds:0.0} s, its last line {Math.Max(0, wrote.TotalSeconds):0.0} s after the cut; all hosts at the majority "
            + $"after {(watch.Now - since).TotalSeconds:0.0} s");
    }

    private Task One() => plant.Until(() => ClusterView.IsOne(plant.Aggregators), "one cluster again");

    private IEnumerable<Cut> Between(int one, int other) => Cut.Between(sites.Aggregators[one], sites.Aggregators[other]);

    private int DrawOwner() => plant.OwnerOf(plant.Hosts[run.Random.Next(plant.Hosts.Count)])!.Value;

    private (int From, int To) DrawPair()
    {
        var from = run.Random.Next(_all.Length);
        return (from, (from + run.Random.Next(1, _all.Length)) % _all.Length);
    }

    private Task Progress(IReadOnlyCollection<int> at, string what)
    {
        var since = watch.Now;
        return plant.Until(() => Task.FromResult(watch.AllGrew(since, at)), what);
    }

    // It answers, and is of no cluster.
    private async Task<bool> IsWaiting(int aggregator) =>
        await plant.Aggregators[aggregator].Status("ready") == HttpStatusCode.ServiceUnavailable;
}
