using ActorLog.Drills.Running;

namespace ActorLog.Drills.Disk;

/// <summary>The cases of a drill of which a cycle is one: a quick run does some, a long one all.</summary>
internal static class DrillCases
{
    /// <summary>Runs as many as there are cycles, in turn, from one that the seed draws.</summary>
    public static async Task InTurn(this DrillRun run, params Func<Task>[] cases)
    {
        var first = run.Random.Next(cases.Length);
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            await cases[(first + cycle) % cases.Length]();
        }
    }
}
