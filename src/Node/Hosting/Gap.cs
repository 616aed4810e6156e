using System.Globalization;

namespace ActorLog.Node.Hosting;

/// <summary>A run of losses for one reason: what a gap record says, and a row of the durable ledger.</summary>
/// <param name="Run">The run of the node that lost them.</param>
/// <param name="Number">Counts the gaps of the run.</param>
/// <param name="Reason">Why.</param>
/// <param name="Source">Where: a source's name, the spool, an origin.</param>
/// <param name="Records">How many.</param>
/// <param name="FromTicks">Not before, UTC ticks of 100 ns.</param>
/// <param name="ToTicks">Not after, UTC ticks of 100 ns.</param>
internal sealed record Gap(
    string Run, long Number, DropReason Reason, string Source, long Records, long FromTicks, long ToTicks)
{
    /// <summary>Its name wherever it is told: told twice, it is one gap.</summary>
    public string Id => $"{Run}/{Number}";

    /// <summary>Both as one, under this one's name.</summary>
    public Gap With(Gap other) => this with
    {
        Records = Records + other.Records,
        FromTicks = Math.Min(FromTicks, other.FromTicks),
        ToTicks = Math.Max(ToTicks, other.ToTicks),
    };

    /// <summary>The message of its record.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"gap: {Records} records dropped, reason={Reason.Name()} source={Word(Source)} from={Time(FromTicks)} to={Time(ToTicks)} id={Id}");

    /// <summary>A moment, as it is written for people and programs.</summary>
    public static string Time(long ticks) =>
        new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>A value that ends at the next blank: names are the operator's, and may hold anything.</summary>
    public static string Word(string value) =>
        value.Length == 0 || value.Any(static c => c <= ' ' || c == '"' || c == '=') ? Uri.EscapeDataString(value) : value;
}
