using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Clustering;

/// <summary>Three aggregators on PostgreSQL and their edges, whose program is replaced one after the other while the load goes on.</summary>
internal sealed class ClusterUpgrade(DrillRun run, Releases releases)
{
    private const int Aggregators = 3;
    private const int Edges = 3;

    public async Task Run()
    {
        await using var plant = await ClusterPlant.Start(run, Aggregators, Edges, rate: 100, build: releases.Before);

        await ReplaceAggregators(plant, releases.This);
        await ReplaceEdges(plant, releases.This);
        run.Say("upgraded from before, aggregators first");

        await ReplaceAggregators(plant, releases.Before);
        await ReplaceEdges(plant, releases.Before);
        run.Say("downgraded to before, aggregators first");

        await ReplaceEdges(plant, releases.This);
        await ReplaceAggregators(plant, releases.This);
        run.Say("upgraded from before, edges first");

        await RefuseTwoAhead(plant);
        await ReplaceAggregators(plant, releases.Next);
        await ReplaceEdges(plant, releases.Next);
        run.Say("upgraded to next, aggregators first");

        await ReplaceAggregators(plant, releases.This);
        await ReplaceEdges(plant, releases.This);
        run.Say("downgraded from next, aggregators first");
        await plant.Finish(run, "cluster", wereEdgesStopped: true);
    }

    // One at a time: the next when the cluster is whole again, and each edge has stored more.
    private static async Task ReplaceAggregators(ClusterPlant plant, string program)
    {
        for (var i = 0; i < plant.Aggregators.Count; i++)
        {
            await plant.Platform.Stop(i);
            plant.Aggregators[i].Program = program;
            await plant.Restart(i);
            await UntilWhole(plant);
        }
    }

    private static async Task ReplaceEdges(ClusterPlant plant, string program)
    {
        foreach (var edge in plant.Edges)
        {
            await DrillRun.Stop(edge);
            edge.Program = program;
            await edge.Restart();
            await UntilWhole(plant);
        }
    }

    private static async Task UntilWhole(ClusterPlant plant)
    {
        await plant.Until(() => ClusterView.IsOne(plant.Aggregators), "one cluster of all");
        foreach (var edge in plant.Edges)
        {
            var before = await edge.Count("actorlog_stored_records_total");
            await plant.Until(async () => await edge.Count("actorlog_stored_records_total") > before, "each edge stores more");
        }
    }

    // It ends with the reason, which the others say too, has written nothing, and the right program goes on in its place.
    private async Task RefuseTwoAhead(ClusterPlant plant)
    {
        var (last, node) = (plant.Aggregators.Count - 1, plant.Aggregators[^1]);
        await plant.Platform.Stop(last);
        node.Program = releases.AfterNext;
        await node.BeginAgain();
        var status = await node.Process.Exit(ActorLogProcess.StartLimit);
        DrillRun.Require(status == 1, $"two ahead ended with {status}, not 1\n{node.Process.Account()}");
        run.Say(Said(node, "does not let this node join"));
        await plant.Until(
            () => Task.FromResult(plant.Aggregators.Take(Aggregators - 1).Any(static other => Find(other, "cannot join: it writes format") is not null)),
            "the others say why");
        node.Program = releases.This;
        await plant.Restart(last);
        await UntilWhole(plant);
    }

    private static string Said(ActorLogProcess node, string text) =>
        Find(node, text) ?? throw new DrillFailure($"it never said '{text}'\n{node.Process.Account()}");

    private static string? Find(ActorLogProcess node, string text) =>
        node.Process.Output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
}
