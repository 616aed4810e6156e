using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

public sealed class SegmentFilesTests
{
    [Theory]
    [InlineData("/a/web1.log", "/a/web1.log")]
    [InlineData("/a/web1.log.gz", "/a/web1.log")]
    [InlineData("/a/web1.log-20261123T055000Z-000001", "/a/web1.log")]
    [InlineData("/a/web1.log.20261123T055000.123Z.7.gz", "/a/web1.log")]
    [InlineData("/a/web1-20261123T055000Z-000001.log.gz", "/a/web1.log")]
    [InlineData("/a/web1.20261123T055000Z.log", "/a/web1.log")]
    [InlineData("/a/10.0.0.1.log", "/a/10.0.0.1.log")]
    public void A_segment_belongs_to_the_log_whose_name_it_extends(string file, string log) =>
        Assert.Equal(log, SegmentFiles.Log(file));

    [Fact]
    public void A_copy_beside_its_original_is_not_read_twice()
    {
        using var directory = new TempDirectory();
        directory.Write("web1.log", "");
        directory.Write("web1.log-20261123T055000Z", "");
        directory.Write("web1.log-20261123T055000Z.gz", "");

        var log = Assert.Single(SegmentFiles.Below(directory.Path));

        Assert.Equal([directory["web1.log-20261123T055000Z"], directory["web1.log"]], log);
    }
}
