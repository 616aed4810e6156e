using ActorLog.Testing.Processes;

namespace ActorLog.Drills;

/// <summary>Certificates made once for all tests of a class.</summary>
public sealed class CertificateFolder : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _directory = new();

    /// <summary>The folder, for <see cref="NodeConfig.Certificates"/>.</summary>
    public string Path { get; private set; } = "";

    public async Task InitializeAsync() => Path = await Certificates.Make(_directory["certs"]);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();
}
