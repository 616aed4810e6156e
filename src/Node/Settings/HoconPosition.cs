namespace ActorLog.Node.Settings;

/// <summary>A place in a HOCON text, both from 1; the column counts UTF-16 units.</summary>
internal sealed record HoconPosition(int Line, int Column);
