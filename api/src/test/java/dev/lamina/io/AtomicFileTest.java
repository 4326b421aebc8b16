package dev.lamina.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void showsTheFileOnlyWhenItIsComplete() throws IOException {
    Path target = folder.resolve("result.json");
    Files.writeString(target, "old");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.channel().write(ByteBuffer.wrap("new".getBytes(StandardCharsets.UTF_8)));
      assertThat(target).hasContent("old");
      file.commit();
      assertThat(target).hasContent("new");
      assertThatIllegalStateException().isThrownBy(file::commit);
    }
    assertThat(names()).containsExactly("result.json");
  }

  @Test
  void keepsTheOldFileAndLeavesNothingWhenTheContentFails() throws IOException {
    Path target = folder.resolve("result.json");
    Files.writeString(target, "old");
    assertThatThrownBy(() ->
            AtomicFile.write(
                target,
                out -> {
                  out.write(new byte[100_000]);
                  throw new IOException("the source broke");
                }))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot write " + target + ": the source broke");
    assertThat(target).hasContent("old");
    assertThat(names()).containsExactly("result.json");
  }

  @Test
  void writesAFileThatOthersMayRead() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path plain = Files.writeString(folder.resolve("plain"), "");
    Path target = folder.resolve("atomic");
    AtomicFile.writeString(target, "ü");
    assertThat(target).hasContent("ü");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(plain)));
  }

  @Test
  void takesAVeryLongName() {
    Path target = folder.resolve("n".repeat(250));
    AtomicFile.writeString(target, "x");
    assertThat(target).hasContent("x");
  }

  @Test
  void replacesTheFileBehindALink() throws IOException {
    Path real = Files.writeString(folder.resolve("real"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    AtomicFile.writeString(link, "new");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(real).hasContent("new");
  }

  @Test
  void namesAMissingFolder() {
    Path target = folder.resolve("no/such/K.npy");
    assertThatThrownBy(() -> AtomicFile.requireWritable(target))
        .isInstanceOf(FileException.class)
        .hasMessage(
            "cannot write "
                + target
                + ": the folder "
                + target.toAbsolutePath().getParent()
                + " does not exist")
        .asInstanceOf(InstanceOfAssertFactories.type(FileException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(FileException.Reason.NO_FOLDER))
        .satisfies(e -> assertThat(e.reason().isBadPath()).isTrue());
  }

  @Test
  void saysThatAFileStandsWhereAFolderIsNeeded() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> AtomicFile.requireWritable(file.resolve("K.npy")))
        .isInstanceOf(FileException.class)
        .hasMessageEndingWith(": " + file.toAbsolutePath() + " is not a folder");
  }

  @Test
  void saysThatAFolderStandsWhereAFileIsWanted() {
    assertThatThrownBy(() -> AtomicFile.requireWritable(folder))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot write " + folder + ": it is a folder");
  }

  @Test
  void namesAFolderWithoutPermission() throws IOException {
    Path locked = lockedFolder();
    Path target = locked.resolve("K.npy");
    assertThatThrownBy(() -> AtomicFile.requireWritable(target))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot write " + target + ": no permission to write in " + locked)
        .asInstanceOf(InstanceOfAssertFactories.type(FileException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(FileException.Reason.NO_PERMISSION));
  }

  /** Returns a folder that even the superuser cannot write to, as far as the system has one. */
  private Path lockedFolder() throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      Path locked = Files.createDirectory(folder.resolve("locked"));
      assumeTrue(locked.toFile().setWritable(false));
      return locked;
    }
    Path sys = Path.of("/sys/kernel");
    assumeTrue(Files.isDirectory(sys), "running as root without /sys: no folder refuses a file");
    return sys;
  }

  @Test
  void saysThatTheDiskIsFull() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no /dev/full here: a full disk cannot be had");
    assertThatThrownBy(() -> AtomicFile.writeString(full, "text"))
        .isInstanceOf(FileException.class)
        .hasMessageStartingWith("cannot write /dev/full: the disk is full (")
        .hasMessageEndingWith(" bytes free in /dev)")
        .hasCauseInstanceOf(IOException.class)
        .asInstanceOf(InstanceOfAssertFactories.type(FileException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(FileException.Reason.DISK_FULL))
        .satisfies(e -> assertThat(e.reason().isBadPath()).isFalse());
  }

  @Test
  void writesToADeviceDirectly() {
    Path nowhere = Path.of("/dev/null");
    assumeTrue(Files.exists(nowhere), "no /dev/null here");
    AtomicFile.writeString(nowhere, "text");
    assertThat(nowhere).exists();
  }

  @Test
  void saysWhyAFileCannotBeRead() {
    Path missing = folder.resolve("X.npy");
    assertThatThrownBy(() -> FileException.requireReadable(missing))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot read " + missing + ": there is no such file");
    assertThatThrownBy(() -> FileException.requireReadable(folder))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot read " + folder + ": it is a folder");
  }

  @Test
  void leavesNothingWhenTheProcessIsInterrupted() throws IOException, InterruptedException {
    assumeTrue(ProcessHandle.current().supportsNormalTermination());
    Path target = folder.resolve("K.npy");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Unfinished.class.getName(),
                target.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("writing");
      assertThat(names()).hasSize(1).first().asString().startsWith(".K.npy.").endsWith(".part");
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(names()).isEmpty();
  }

  /** Starts to write a file and never ends. */
  static final class Unfinished {
    private Unfinished() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      try (AtomicFile file = AtomicFile.create(Path.of(arguments[0]))) {
        file.channel().write(ByteBuffer.wrap(new byte[1000]));
        System.out.println("writing");
        Thread.sleep(TimeUnit.MINUTES.toMillis(30));
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
