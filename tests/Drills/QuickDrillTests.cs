using ActorLog.Drills.Running;
using Xunit.Abstractions;

namespace ActorLog.Drills;

/// <summary>The quick suite, a test for each drill.</summary>
public sealed class QuickDrillTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. DrillCatalogue.Quick.Select(static d => d.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_promised_is_kept_in(string name)
    {
        var drill = DrillCatalogue.Find(name)!;
        var seed = Random.Shared.Next();
        await using var run = new DrillRun(drill.QuickCycles, seed, output.WriteLine);
        run.Say($"seed {seed}: {drill.What}");
        await drill.Run(run);
        Assert.True(run.Tally.IsKept, $"seed {seed}: {run.Tally.Line(name)}");
    }
}
