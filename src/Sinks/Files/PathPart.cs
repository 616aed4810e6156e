namespace ActorLog.Sinks.Files;

/// <summary>One part of a name in a template.</summary>
/// <param name="Placeholder">What is filled in; <see cref="Placeholder.None"/> for the text itself.</param>
/// <param name="Text">The text as written, braces included.</param>
/// <param name="Offset">Where it stands in the template.</param>
/// <param name="Separator">What ends the value, when another value follows in the same name; else NUL.</param>
internal sealed record PathPart(Placeholder Placeholder, string Text, int Offset, char Separator = '\0')
{
    /// <summary>Whether values differ in length, so that something must show where one ends.</summary>
    internal bool IsVariable => Placeholder is > Placeholder.None and < Placeholder.Year;
}

/// <summary>The placeholders of a template.</summary>
internal enum Placeholder
{
    None,
    Host,
    Program,
    App,
    Channel,
    Facility,
    Severity,
    Year,
    Month,
    Day,
    Hour,
}
