using ActorLog.Node.Cli;
using ActorLog.Node.Hosting;
using ActorLog.Testing.Processes;

namespace ActorLog.Node.Tests.Hosting;

/// <summary>What a person who starts the node is told.</summary>
public sealed class BannerTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    [Fact]
    public async Task Sources_bear_the_names_that_the_configuration_gives_them()
    {
        var config = Path.Combine(_folder.Path, "node.hocon");
        await File.WriteAllTextAsync(config, """
            actorlog {
              sources {
                d { type = unix-datagram, path = "/run/d.sock" }
                s { type = unix-stream, path = "/run/s.sock" }
                t { type = tcp, listen = "127.0.0.1:5140" }
              }
              sinks.local { type = file, directory = "/var/log/actorlog", path = "all.log" }
              routes.all { filter = all, sinks = [local] }
            }
            """);
        var (banner, error) = (new StringWriter(), new StringWriter());
        var line = new CommandLine(
            (settings, _) =>
            {
                Banner.Show(settings, banner);
                return Task.FromResult(0);
            },
            new Surroundings(TextWriter.Null, error, new Dictionary<string, string>()));

        Assert.Equal((ExitCode.Ok, string.Empty), (await line.InvokeAsync(["run", "--config", config, "--role", "edge"]), error.ToString()));
        Assert.Equal(
            [
                "listens  d          unix-datagram /run/d.sock",
                "listens  s          unix-stream /run/s.sock",
                "listens  t          tcp 127.0.0.1:5140",
                "files    local      /var/log/actorlog/all.log",
            ],
            banner.ToString().Split('\n').Select(static text => text.Trim()).Where(static text => text.StartsWith("listens", StringComparison.Ordinal) || text.StartsWith("files", StringComparison.Ordinal)));
        Assert.Contains("logger --server 127.0.0.1 --port 5140 --tcp --tag", banner.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
