namespace ActorLog.Drills.Running;

/// <summary>
/// One fault, or a family of them, done to real processes under load, and what must have become of every record
/// afterwards. <see cref="DrillCatalogue"/> lists them; <c>scripts/drill NAME</c> runs one, the quick ones run as tests.
/// </summary>
/// <param name="name">How it is called on the command line.</param>
/// <param name="rows">The rows of the fault matrix (docs/faults.md) that it shows; "-" for none.</param>
/// <param name="what">What is done, in a sentence.</param>
internal abstract class Drill(string name, string rows, string what)
{
    /// <summary>How it is called on the command line.</summary>
    public string Name => name;

    /// <summary>The rows of the fault matrix.</summary>
    public string Rows => rows;

    /// <summary>What is done.</summary>
    public string What => what;

    /// <summary>How often in the quick suite, which is part of the tests; 0: not there.</summary>
    public virtual int QuickCycles => 1;

    /// <summary>How often in the long suite, and when it is called by its name without --cycles.</summary>
    public virtual int LongCycles => 1;

    /// <summary>
    /// Does it. Says what it sees, enters what became of the records into the run's tally, and throws
    /// <see cref="DrillFailure"/> when something else than the tally is wrong.
    /// </summary>
    public abstract Task Run(DrillRun run);
}
