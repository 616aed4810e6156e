namespace ActorLog.Sinks.Files;

/// <summary>Where the lines of a sink go.</summary>
/// <param name="Directory">The root: absolute; no line is ever written outside it.</param>
/// <param name="PathTemplate">The file below the root, with placeholders such as {host}; see <c>PathTemplate</c>.</param>
/// <param name="TimeZone">The zone of a line's date.</param>
/// <param name="Rotation">When to seal a segment.</param>
/// <param name="Retention">Which sealed segments to delete.</param>
public sealed record FileSinkSettings(
    string Directory,
    string PathTemplate,
    TimeZoneInfo TimeZone,
    RotationSettings Rotation,
    RetentionSettings Retention);
