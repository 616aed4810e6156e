namespace ActorLog.Node.Settings;

/// <summary>A place in a HOCON text, both from 1; the column counts UTF-16 units.</summary>
internal readonly record struct HoconPosition(int Line, int Column);
