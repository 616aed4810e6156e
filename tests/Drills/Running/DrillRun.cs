using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Running;

/// <summary>What a drill is given: its seed, how often, where to say what it sees, and certificates.</summary>
internal sealed class DrillRun : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Action<string> _say;
    private string? _certificates;

    /// <summary>One run.</summary>
    /// <param name="cycles">How often; what a cycle is, the drill says.</param>
    /// <param name="seed">The same seed makes the same plan of faults.</param>
    /// <param name="say">Takes each line.</param>
    public DrillRun(int cycles, int seed, Action<string> say)
    {
        Cycles = cycles;
        Seed = seed;
        Random = new Random(seed);
        _say = say;
    }

    /// <summary>How often.</summary>
    public int Cycles { get; }

    /// <summary>What the plan of faults is drawn from.</summary>
    public int Seed { get; }

    /// <summary>The plan's dice; one thread.</summary>
    public Random Random { get; }

    /// <summary>What became of the records.</summary>
    public DrillTally Tally { get; } = new();

    /// <summary>Says what is seen.</summary>
    public void Say(string line) => _say(line);

    /// <summary>The folder of certificates for <see cref="NodeConfig.Certificates"/>, made once.</summary>
    /// <param name="names">Further names of aggregators, or addresses.</param>
    public async Task<string> Certificates(params string[] names) =>
        _certificates ??= await Testing.Processes.Certificates.Make(_directory["certs"], names);

    /// <summary>Throws when something that must be is not.</summary>
    public static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new DrillFailure(what);
        }
    }

    /// <summary>Stops a node, which must end well.</summary>
    public static async Task Stop(ActorLogProcess node)
    {
        var status = await node.Stop();
        Require(status == 0, $"ended with {status}, not 0\n{node.Process.Account()}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
