using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// A CA takes over from another while both nodes run: its certificate beside the old one, then its certificates, then it alone.
/// The edge's files are renamed into place, the aggregator's are written in halves. A new connection must then stand, since
/// neither side takes the old certificates any more. A cycle is one take-over.
/// </summary>
internal sealed class RenewalDrill() : Drill("renewal", "40", "renews CA and certificates while both nodes run, by rename and by halves")
{
    private const string Renewed = "tls: renewed";
    private const string Unusable = "cannot be used, what was read before stays in use";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public override int LongCycles => 10;

    public override async Task Run(DrillRun run)
    {
        using var directory = new TempDirectory();
        var before = Issue(directory.Folder("ca0"));
        var (edge, aggregator) = (Copy(before, directory.Folder("edge")), Copy(before, directory.Folder("aggregator")));
        await using var wire = await Wire.Lay(run.Seed);
        await using var plant = await Plant.Start(wire.Place(new PlantConfig(edge)
        {
            OfEdge = "forward.backoff-min = 50ms",
            Aggregator = config => config with { Certificates = aggregator },
        }));
        await using var load = EndlessLoad.Start(plant, rate: 2_000);
        for (var cycle = 1; cycle <= run.Cycles; cycle++)
        {
            var after = Issue(directory.Folder($"ca{cycle}"));
            var both = Text(before, "ca.pem") + Text(after, "ca.pem");
            await Replace(plant.Edge, edge, ("ca.pem", both));
            await ReplaceInHalves(plant.Aggregator, aggregator, ("ca.pem", both));
            await Replace(plant.Edge, edge, ("edge-node-key.pem", Text(after, "edge-node-key.pem")), ("edge-node.pem", Text(after, "edge-node.pem")));
            await ReplaceInHalves(
                plant.Aggregator, aggregator, ("server-key.pem", Text(after, "server-key.pem")), ("server.pem", Text(after, "server.pem")));
            await Replace(plant.Edge, edge, ("ca.pem", Text(after, "ca.pem")));
            await ReplaceInHalves(plant.Aggregator, aggregator, ("ca.pem", Text(after, "ca.pem")));

            var connections = plant.Connections;
            await wire.Edge.Run("ss", "-K", "dst", "10.98.0.2");
            await Eventually.True(
                () => Task.FromResult(plant.Connections > connections), Limit, () => $"a connection by the new CA's certificates\n{plant.Account()}");
            await load.Deliver(10_000);
            run.Say($"take-over {cycle}: connected by the new CA's certificates");
            before = after;
        }

        await load.Finish(run);
    }

    private static Task Replace(ActorLogProcess node, string folder, params (string Name, string Text)[] files) =>
        UntilSaid(node, Renewed, () =>
        {
            foreach (var (name, text) in files)
            {
                var temporary = Path.Combine(folder, "new");
                File.WriteAllText(temporary, text);
                File.Move(temporary, Path.Combine(folder, name), overwrite: true);
            }
        });

    private static async Task ReplaceInHalves(ActorLogProcess node, string folder, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            await UntilSaid(node, Unusable, () => File.WriteAllText(Path.Combine(folder, name), text[..^(text.Length / 4)]));
        }

        await UntilSaid(node, Renewed, () =>
        {
            foreach (var (name, text) in files)
            {
                File.WriteAllText(Path.Combine(folder, name), text);
            }
        });
    }

    private static async Task UntilSaid(ActorLogProcess node, string words, Action act)
    {
        int Times() => node.Process.Output.Count(line => line.Contains(words, StringComparison.Ordinal));
        var times = Times();
        act();
        await Eventually.True(() => Task.FromResult(Times() > times), Limit, () => $"the node says '{words}'\n{node.Process.Account()}");
    }

    private static string Text(string folder, string name) => File.ReadAllText(Path.Combine(folder, name));

    private static string Issue(string folder) => new DrillAuthority(folder).Issue(folder, Now, Now);

    private static string Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        return to;
    }
}
