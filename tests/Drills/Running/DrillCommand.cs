using System.CommandLine;

namespace ActorLog.Drills.Running;

/// <summary>
/// <c>scripts/drill NAME [--cycles N] [--seed S]</c>: runs a drill or a suite. Each drill ends with its tally's line; the
/// exit code is 1 when anything in it is not 0, or when the drill failed otherwise.
/// </summary>
internal static class DrillCommand
{
    /// <summary>Does what the arguments say.</summary>
    public static Task<int> RunAsync(string[] arguments)
    {
        var name = new Argument<string>("name") { Description = "a drill, quick, long, or list" };
        var cycles = new Option<int?>("--cycles") { Description = "how often (default: as the suite has it)" };
        var seed = new Option<int?>("--seed") { Description = "repeats a plan of faults" };
        var command = new RootCommand("Runs a failure drill on this machine, as root.") { name, cycles, seed };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(name), parsed.GetValue(cycles), parsed.GetValue(seed) ?? Random.Shared.Next()));
        return command.Parse(arguments).InvokeAsync();
    }

    private static async Task<int> Run(string name, int? cycles, int seed)
    {
        switch (name)
        {
            case "list":
                List();
                return 0;
            case "quick":
                return await RunSuite(name, DrillCatalogue.Quick, d => cycles ?? d.QuickCycles, seed);
            case "long":
                return await RunSuite(name, DrillCatalogue.All, d => cycles ?? d.LongCycles, seed);
        }

        if (DrillCatalogue.Find(name) is not { } drill)
        {
            await Console.Error.WriteLineAsync($"drill: there is no '{name}'; scripts/drill list shows them");
            return 2;
        }

        return await RunOne(drill, cycles ?? drill.LongCycles, seed, new DrillTally()) ? 0 : 1;
    }

    private static async Task<int> RunSuite(string name, IReadOnlyList<Drill> drills, Func<Drill, int> cycles, int seed)
    {
        var sum = new DrillTally();
        var failed = new List<string>();
        foreach (var drill in drills)
        {
            if (!await RunOne(drill, cycles(drill), seed, sum))
            {
                failed.Add(drill.Name);
            }
        }

        if (failed.Count > 0)
        {
            Console.WriteLine($"failed: {string.Join(", ", failed)}");
        }

        Console.WriteLine(sum.Line(name));
        return failed.Count == 0 && sum.IsKept ? 0 : 1;
    }

    // The one place that takes whatever a drill throws: the suite goes on with the next.
    private static async Task<bool> RunOne(Drill drill, int cycles, int seed, DrillTally sum)
    {
        Console.WriteLine($"--- {drill.Name} --cycles {cycles} --seed {seed}: {drill.What}");
        await using var run = new DrillRun(cycles, seed, static line => Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {line}"));
        var isDone = false;
        try
        {
            await drill.Run(run);
            isDone = true;
        }
        catch (Exception e)
        {
            Console.WriteLine($"FAILED (seed {seed}): {(e is DrillFailure or TimeoutException ? e.Message : e)}");
        }

        sum.Add(run.Tally);
        Console.WriteLine(run.Tally.Line(drill.Name));
        return isDone && run.Tally.IsKept;
    }

    private static void List()
    {
        foreach (var drill in DrillCatalogue.All)
        {
            Console.WriteLine($"{drill.Name,-24} rows {drill.Rows,-12} {drill.What}");
        }
    }
}
