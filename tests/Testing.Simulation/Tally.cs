namespace ActorLog.Testing.Simulation;

/// <summary>How often each <see cref="Happening"/> came, and how many records were looked for at the end.</summary>
public sealed class Tally
{
    private readonly long[] _counts = new long[Enum.GetValues<Happening>().Length];

    /// <summary>Records whose whereabouts were verified.</summary>
    public long Records { get; set; }

    /// <summary>How often.</summary>
    public long this[Happening happening] => _counts[(int)happening];

    /// <summary>It came once more, or so many times.</summary>
    public void Count(Happening happening, int times = 1) => _counts[(int)happening] += times;

    /// <summary>Adds another's counts.</summary>
    public void Add(Tally other)
    {
        Records += other.Records;
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }
}
