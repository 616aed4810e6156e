using System.Text.Json;
using ActorLog.Testing.Processes;

namespace ActorLog.Deployment.Containers;

/// <summary>What the image says of itself, and what is in it.</summary>
public sealed class ImageTests
{
    [Fact]
    public async Task It_is_not_root_has_volumes_health_and_labels_and_takes_SIGTERM()
    {
        var inspected = string.Join('\n', await Podman.Run("image", "inspect", await Podman.Image));
        var image = JsonDocument.Parse(inspected).RootElement[0];
        var config = image.GetProperty("Config");

        Assert.Equal("10001:10001", image.GetProperty("User").GetString());
        Assert.Equal("SIGTERM", config.GetProperty("StopSignal").GetString());
        Assert.Equal(
            ["/run/actorlog", "/var/lib/actorlog"],
            config.GetProperty("Volumes").EnumerateObject().Select(static v => v.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["CMD", "/opt/actorlog/actorlog", "health"],
            image.GetProperty("Healthcheck").GetProperty("Test").EnumerateArray().Select(static t => t.GetString()));
        var labels = image.GetProperty("Labels");
        Assert.Matches(@"^\d+\.\d+\.\d+$", labels.GetProperty("org.opencontainers.image.version").GetString());
        Assert.Equal("ActorLog", labels.GetProperty("org.opencontainers.image.title").GetString());
    }

    [Fact]
    public async Task It_has_the_time_zones_and_no_shell()
    {
        var image = await Podman.Image;
        string[] once = ["run", "--rm", "--network", "none", "--read-only", "--cap-drop", "all"];

        await Podman.Run([.. once, image, "check", "--set", "defaults.files.time-zone=Europe/Berlin"]);
        Assert.NotEqual(0, (await Podman.Try([.. once, "--entrypoint", "/bin/sh", image, "-c", "true"])).Code);
    }
}
