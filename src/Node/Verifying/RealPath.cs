namespace ActorLog.Node.Verifying;

/// <summary>Where a path leads when every link in it is followed.</summary>
internal static class RealPath
{
    private const int LinksMax = 40;

    /// <summary>The path without links; what does not exist stands for itself.</summary>
    /// <exception cref="IOException">Links lead in a circle.</exception>
    public static string Of(string path) => Of(Path.GetFullPath(path), LinksMax);

    private static string Of(string path, int links)
    {
        if (links == 0)
        {
            throw new IOException($"links lead in a circle: '{path}'");
        }
        var real = Path.GetPathRoot(path)!;
        foreach (var name in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, name);
            real = new FileInfo(next).LinkTarget is { } target ? Of(Path.GetFullPath(target, real), links - 1) : next;
        }
        return real;
    }
}
