package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lamina.analysis.data.CataloguedSet.CataloguedFile;
import dev.lamina.analysis.data.CataloguedSet.PackageOrigin;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetches with clients that are shell scripts and packages made up here. */
class FetcherTest {
  @TempDir Path folder;
  private Path bin;
  private Path server;
  private CacheFolder cache;
  private final List<String> steps = new ArrayList<>();

  @BeforeEach
  void makeFolders() throws IOException {
    assumeTrue(File.separatorChar == '/', "the clients here are shell scripts");
    bin = Files.createDirectory(folder.resolve("bin"));
    server = Files.createDirectory(folder.resolve("server"));
    cache = new CacheFolder(folder.resolve("cache"));
  }

  private Fetcher fetcher() {
    return new Fetcher(cache, Map.of("PATH", bin + ":/usr/bin:/bin"));
  }

  private FetchProgress progress() {
    return new FetchProgress() {
      @Override
      public void started(String step, long bytes) {
        steps.add(step + " (" + bytes + " bytes)");
      }

      @Override
      public void reached(long bytes) {
        steps.add(">= 0: " + (bytes >= 0));
        AtomicFile.writeString(folder.resolve("reached"), "");
      }

      @Override
      public void finished() {
        steps.add("finished");
      }
    };
  }

  private Fetcher.Fetched fetch(CataloguedSet set) {
    return fetcher().fetch(set, Optional.empty(), progress());
  }

  /** Makes the client: a script that notes each call and runs some lines. */
  private void client(String name, String lines) throws IOException {
    Path script = bin.resolve(name);
    Files.writeString(script, "#!/bin/sh\necho \"$@\" >> '" + folder + "/calls'\n" + lines + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  private List<String> calls() throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void tar(OutputStream out, String prefix, String... texts) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (int i = 0; i < texts.length; i++) {
        TarArchiveEntry entry = new TarArchiveEntry(prefix + "file" + i);
        entry.setSize(bytes(texts[i]).length);
        tar.putArchiveEntry(entry);
        tar.write(bytes(texts[i]));
        tar.closeArchiveEntry();
      }
    }
  }

  private Path npmPackage(String... texts) throws IOException {
    Path pack = server.resolve("some-data-1.0.0.tgz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(pack))) {
      tar(out, "package/data/", texts);
    }
    return pack;
  }

  private Path debianPackage(String... texts) throws IOException {
    Path data = folder.resolve("data.tar.xz");
    try (OutputStream out = new XZCompressorOutputStream(Files.newOutputStream(data))) {
      tar(out, "./usr/share/", texts);
    }
    Path pack = server.resolve("some-data_1.0_all.deb");
    try (ArArchiveOutputStream ar =
        new ArArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(pack)))) {
      ar.putArchiveEntry(new ArArchiveEntry("debian-binary", 4));
      ar.write(bytes("2.0\n"));
      ar.closeArchiveEntry();
      ar.putArchiveEntry(new ArArchiveEntry("data.tar.xz", Files.size(data)));
      ar.write(Files.readAllBytes(data));
      ar.closeArchiveEntry();
    }
    return pack;
  }

  private static CataloguedSet set(PackageOrigin origin, String prefix, String... texts) {
    List<CataloguedFile> files = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(bytes(texts[i])));
      files.add(
          new CataloguedFile("file" + i, prefix + "file" + i, bytes(texts[i]).length, sha256));
    }
    return new CataloguedSet(
        "some", "made up", "free", origin, files, 1, 1, new ImageShape(1, 1), List.of("0"));
  }

  private CataloguedSet npmSet(String... texts) throws IOException {
    Path pack = npmPackage(texts);
    PackageOrigin origin =
        new PackageOrigin.Npm("some-data", "1.0.0", Files.size(pack), Sha256.of(pack));
    return set(origin, "package/data/", texts);
  }

  private String serve() {
    return "cp '" + server + "'/* . && echo served";
  }

  private void assertInstalled(CataloguedSet set, String... texts) throws IOException {
    for (int i = 0; i < texts.length; i++) {
      assertThat(cache.file(set, set.files().get(i))).hasContent(texts[i]);
    }
    assertThat(cache.has(set)).isTrue();
    assertThat(cache.staging(set)).doesNotExist();
    try (Stream<Path> files = Files.list(cache.folder(set))) {
      assertThat(files).hasSize(texts.length);
    }
  }

  @Test
  void fetchesAnNpmPackage() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    // The client does not end before its progress has been looked at.
    client("npm", "until test -e '" + folder + "/reached'; do sleep 0.05; done; " + serve());
    Fetcher.Fetched fetched = fetch(set);
    assertThat(fetched.installed()).containsExactly("file0", "file1");
    assertThat(fetched.kept()).isEmpty();
    assertInstalled(set, "alpha", "beta");
    assertThat(calls()).containsExactly("pack some-data@1.0.0 --ignore-scripts");
    assertThat(steps)
        .contains(
            "npm pack some-data@1.0.0 --ignore-scripts (" + set.origin().bytes() + " bytes)",
            ">= 0: true",
            "unpack some-data-1.0.0.tgz (9 bytes)");
  }

  @Test
  void fetchesADebianPackageOfAnyVersion() throws IOException {
    debianPackage("alpha", "beta");
    CataloguedSet set =
        set(new PackageOrigin.Debian("some-data", "0.9", 1, "00"), "usr/share/", "alpha", "beta");
    client("apt-get", serve());
    fetch(set);
    assertInstalled(set, "alpha", "beta");
    assertThat(calls()).containsExactly("download some-data");
  }

  @Test
  void doesNothingWhenAllIsThere() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    client("npm", serve());
    fetch(set);
    Fetcher.Fetched again = fetch(set);
    assertThat(again.kept()).containsExactly("file0", "file1");
    assertThat(again.installed()).isEmpty();
    assertThat(calls()).hasSize(1);
  }

  @Test
  void replacesOnlyWhatIsDamaged() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    client("npm", serve());
    fetch(set);
    Files.writeString(cache.file(set, set.files().get(1)), "bet!");
    Fetcher.Fetched again = fetch(set);
    assertThat(again.kept()).containsExactly("file0");
    assertThat(again.installed()).containsExactly("file1");
    assertInstalled(set, "alpha", "beta");
  }

  @Test
  void usesWhatAnInterruptedFetchHasLeftIfItIsWhole() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    Files.createDirectories(cache.staging(set));
    Files.copy(
        server.resolve("some-data-1.0.0.tgz"), cache.staging(set).resolve("some-data-1.0.0.tgz"));
    fetch(set); // There is no client at all.
    assertInstalled(set, "alpha", "beta");
  }

  @Test
  void throwsAwayHalfADownload() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    Files.createDirectories(cache.staging(set));
    Files.writeString(cache.staging(set).resolve("some-data-1.0.0.tgz"), "half");
    Files.writeString(cache.staging(set).resolve("file0"), "half");
    client("npm", "test ! -e some-data-1.0.0.tgz && " + serve());
    fetch(set);
    assertInstalled(set, "alpha", "beta");
  }

  @Test
  void resumesAfterTheClientWasStoppedHalfWay() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    client("npm", "head -c 20 '" + server + "'/* > some-data-1.0.0.tgz; kill -9 $$");
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FetchException.class)
        .hasMessage(
            "some: npm pack some-data@1.0.0 --ignore-scripts ended with status 137 and printed nothing");
    assertThat(cache.has(set)).isFalse();
    client("npm", serve());
    fetch(set);
    assertInstalled(set, "alpha", "beta");
  }

  @Test
  void saysThatTheClientIsMissing() throws IOException {
    CataloguedSet npm = npmSet("alpha");
    Fetcher bare = new Fetcher(cache, Map.of("PATH", bin.toString()));
    assertThatThrownBy(() -> bare.fetch(npm, Optional.empty(), FetchProgress.NONE))
        .isInstanceOf(FetchException.class)
        .hasMessageStartingWith(
            "some comes as the package npm some-data@1.0.0 but npm was not found on PATH; install Node.js (")
        .hasMessageEndingWith("A package file that you have can be given with --from FILE");
    CataloguedSet debian =
        set(new PackageOrigin.Debian("some-data", "0.9", 1, "00"), "usr/share/", "alpha");
    assertThatThrownBy(() -> bare.fetch(debian, Optional.empty(), FetchProgress.NONE))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining(
            "but apt-get was not found on PATH; it comes with Debian and Ubuntu;");
  }

  @Test
  void showsTheEndOfTheClientsOutputWhenItFails() throws IOException {
    CataloguedSet set = npmSet("alpha");
    client("npm", "for i in $(seq 100); do echo line $i; done; echo 'no network' >&2; exit 7");
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FetchException.class)
        .hasMessageStartingWith(
            "some: npm pack some-data@1.0.0 --ignore-scripts ended with status 7; the end of its output:\n  line 90\n")
        .hasMessageEndingWith("\n  line 100\n  no network");
    client("npm", "echo done");
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FetchException.class)
        .hasMessage(
            "some: npm pack some-data@1.0.0 --ignore-scripts left no file some-data-1.0.0.tgz; the end of its output:\n  done");
  }

  @Test
  void refusesAPackageWithAnotherHashAndKeepsItForInspection() throws IOException {
    CataloguedSet set = npmSet("alpha");
    String expected = set.origin().sha256();
    npmPackage("alph@");
    String found = Sha256.of(server.resolve("some-data-1.0.0.tgz"));
    client("npm", serve());
    Path aside = cache.staging(set).resolve("some-data-1.0.0.tgz.rejected");
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FetchException.class)
        .hasMessage(
            "some: some-data-1.0.0.tgz is not the package npm some-data@1.0.0: expected sha256 %s but found %s; kept for inspection as %s"
                .formatted(expected, found, aside));
    assertThat(aside).exists();
    assertThat(cache.has(set)).isFalse();
    npmPackage("alpha");
    client("npm", serve());
    fetch(set);
    assertInstalled(set, "alpha");
  }

  @Test
  void refusesAFileWithAnotherHash() throws IOException {
    debianPackage("alpha", "bet!");
    CataloguedSet set =
        set(new PackageOrigin.Debian("some-data", "0.9", 1, "00"), "usr/share/", "alpha", "beta");
    client("apt-get", serve());
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FetchException.class)
        .hasMessageStartingWith("some: file1 is not what it should be: expected sha256 f44e64e7")
        .hasMessageEndingWith(
            "; kept for inspection as " + cache.staging(set).resolve("file1.rejected"));
    assertThat(cache.file(set, set.files().get(0))).hasContent("alpha");
    assertThat(cache.file(set, set.files().get(1))).doesNotExist();
  }

  @Test
  void refusesAPackageThatLacksAFileOrHasALongerOne() throws IOException {
    debianPackage("alpha");
    PackageOrigin origin = new PackageOrigin.Debian("some-data", "0.9", 1, "00");
    CataloguedSet lacking = set(origin, "usr/share/", "alpha", "beta");
    client("apt-get", serve());
    assertThatThrownBy(() -> fetch(lacking))
        .isInstanceOf(FetchException.class)
        .hasMessage("some: the package Debian some-data has no file usr/share/file1");
    debianPackage("alpha", "beta and much more");
    assertThatThrownBy(() -> fetch(lacking))
        .isInstanceOf(FetchException.class)
        .hasMessageEndingWith("cannot be unpacked: file1 is longer than 4 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "!<arch>\n", "!<arch>\ngarbage garbage garbage garbage garbage garbage"})
  void refusesADamagedPackage(String content) throws IOException {
    Files.writeString(server.resolve("some-data_1.0_all.deb"), content);
    client("apt-get", serve());
    CataloguedSet set =
        set(new PackageOrigin.Debian("some-data", "0.9", 1, "00"), "usr/share/", "alpha");
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FetchException.class)
        .hasMessageContaining("some-data_1.0_all.deb cannot be unpacked: ");
  }

  @Test
  void takesAPackageThatIsGiven() throws IOException {
    CataloguedSet set = npmSet("alpha", "beta");
    Path given = server.resolve("some-data-1.0.0.tgz");
    fetcher().fetch(set, Optional.of(given), FetchProgress.NONE);
    assertInstalled(set, "alpha", "beta");
    assertThat(given).exists();
    Files.delete(cache.file(set, set.files().getFirst()));
    Files.writeString(given, "other");
    assertThatThrownBy(() -> fetcher().fetch(set, Optional.of(given), FetchProgress.NONE))
        .isInstanceOf(FetchException.class)
        .hasMessageEndingWith("; the file is left as it is");
    assertThat(given).exists();
    assertThatThrownBy(
            () -> fetcher().fetch(set, Optional.of(folder.resolve("none.tgz")), FetchProgress.NONE))
        .isInstanceOf(FileException.class)
        .hasMessageEndingWith("none.tgz: there is no such file");
  }

  @Test
  void namesACacheFolderThatCannotBeMade() throws IOException {
    CataloguedSet set = npmSet("alpha");
    cache = new CacheFolder(Files.writeString(folder.resolve("file"), ""));
    assertThatThrownBy(() -> fetch(set))
        .isInstanceOf(FileException.class)
        .hasMessageStartingWith("cannot write " + cache.folder(set));
  }
}
