namespace ActorLog.Benchmarks;

/// <summary>A folder for one benchmark's files, on the disk of the temporary folder.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actorlog-benchmark").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
