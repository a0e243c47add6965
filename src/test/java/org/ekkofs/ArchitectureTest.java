package org.ekkofs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package may use which: the table of the design, as code. */
class ArchitectureTest {
  private static final String BASE = "org.ekkofs.";

  /** What every package may use. JDBC is part of the JDK, but not for everybody. */
  private static final List<String> EVERYWHERE =
      List.of(
          "java.lang..",
          "java.io",
          "java.net",
          "java.nio..",
          "java.security..",
          "java.text..",
          "java.time..",
          "java.util..",
          "java.math",
          "javax.crypto..",
          "org.jspecify.annotations");

  private static final String[] TIMELESS = {
    "org.ekkofs.model..",
    "org.ekkofs.format..",
    "org.ekkofs.log..",
    "org.ekkofs.manifest..",
    "org.ekkofs.catalog..",
    "org.ekkofs.backup..",
    "org.ekkofs.disk.."
  };

  private static JavaClasses main;

  @BeforeAll
  static void read() {
    main =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.ekkofs");
    assertThat(main).hasSizeGreaterThan(100);
  }

  /** Own packages by their last name; what else a package may use, in full. */
  @ParameterizedTest
  @CsvSource({
    "model, ''",
    "sqlite, model java.sql org.sqlite..",
    "store, model",
    "store.folder, store model org.slf4j",
    "store.jclouds, store model org.slf4j org.jclouds.. com.google.. okhttp3.. javax.net.ssl"
        + " org.snakeyaml.engine..",
    "encryption, model store format org.bouncycastle.. com.amazon.corretto..",
    "log.postgresql, model store log java.sql org.postgresql.. org.slf4j",
    "format, model com.fasterxml.jackson.. com.github.luben.zstd.. org.roaringbitmap..",
    "log, model store format",
    "manifest, model store format sqlite java.sql com.github.benmanes.caffeine..",
    "catalog, model log format sqlite java.sql org.slf4j",
    "source, model jnr.ffi.. org.slf4j",
    "source.nbd, model source jnr.ffi.. com.kenai.jffi org.slf4j",
    "source.qemu, model source source.nbd com.fasterxml.jackson.. org.slf4j",
    "source.qmp, model source source.nbd com.fasterxml.jackson.. org.slf4j",
    "disk, model store format manifest com.github.benmanes.caffeine.. org.slf4j",
    "backup, model store store.folder store.jclouds format log manifest catalog source source.qmp"
        + " disk sqlite java.sql org.roaringbitmap.. org.slf4j",
    "control, model log backup source source.nbd source.qemu source.qmp com.github.benmanes.caffeine.. org.slf4j",
    "vfs, model disk control catalog backup log manifest com.github.benmanes.caffeine.. org.slf4j",
    "restore, model source store disk log backup vfs fuse org.slf4j",
    "fuse, vfs model source jnr.. com.kenai.jffi ru.serce.jnrfuse.. org.slf4j"
  })
  void aPackageUsesOnlyWhatItMay(String name, String allowed) {
    List<String> packages = new ArrayList<>(EVERYWHERE);
    packages.add(BASE + name);
    Stream.of(allowed.split(" "))
        .filter(word -> !word.isEmpty())
        .map(word -> isOwn(word) ? BASE + word : word)
        .forEach(packages::add);
    classes()
        .that()
        .resideInAPackage(BASE + name)
        .should(
            onlyDependOnClassesThat(
                resideInAnyPackage(packages.toArray(String[]::new))
                    .or(describe("arrays of primitives", JavaClass::isPrimitive))
                    .or(describe("arrays", ArchitectureTest::isPrimitiveArray))))
        .check(main);
  }

  private static boolean isOwn(String word) {
    return !word.startsWith("java.")
        && !word.startsWith("jnr.")
        && !word.startsWith("org.")
        && !word.startsWith("com.")
        && !word.startsWith("javax.")
        && !word.startsWith("okhttp3")
        && !word.startsWith("ru.");
  }

  private static boolean isPrimitiveArray(JavaClass type) {
    return type.isArray() && type.getBaseComponentType().isPrimitive();
  }

  @Test
  void everyPackageIsInTheTable() {
    Set<String> known =
        Set.of(
            "model",
            "sqlite",
            "store",
            "store.folder",
            "store.jclouds",
            "encryption",
            "format",
            "log",
            "log.postgresql",
            "manifest",
            "catalog",
            "source",
            "source.nbd",
            "source.qemu",
            "source.qmp",
            "disk",
            "backup",
            "control",
            "vfs",
            "fuse",
            "restore",
            "app");
    assertThat(packages()).isSubsetOf(known.stream().map(name -> BASE + name).toList());
  }

  private static Set<String> packages() {
    return main.stream()
        .map(JavaClass::getPackageName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void packagesFormNoCycles() {
    slices().matching("org.ekkofs.(**)").should().beFreeOfCycles().check(main);
  }

  @ParameterizedTest
  @CsvSource({
    "picocli.., app",
    "me.tongfei.progressbar.., app",
    "com.fasterxml.jackson.., format source.qemu source.qmp app",
    "com.github.luben.zstd.., format",
    "org.roaringbitmap.., format backup",
    "java.sql.., sqlite manifest catalog backup log.postgresql",
    "org.sqlite.., sqlite manifest catalog backup",
    "com.github.benmanes.caffeine.., manifest disk vfs control",
    "jnr.., fuse source source.nbd",
    "com.kenai.jffi.., fuse source.nbd",
    "ru.serce.jnrfuse.., fuse",
    "org.jclouds.., store.jclouds",
    "okhttp3.., store.jclouds",
    "org.snakeyaml.engine.., store.jclouds",
    "org.bouncycastle.., encryption",
    "com.amazon.corretto.., encryption",
    "org.postgresql.., log.postgresql",
    "ch.qos.logback.., app"
  })
  void aLibraryStaysWhereItBelongs(String library, String homes) {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            Stream.of(homes.split(" ")).map(home -> BASE + home).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .check(main);
  }

  @Test
  void theCoreIsToldTheTime() {
    noClasses()
        .that()
        .resideInAnyPackage(TIMELESS)
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class, int.class)
        .check(main);
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(packages()).isNotEmpty();
    classes().should(beInANullMarkedPackage()).check(main);
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package marked @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        JavaPackage home = type.getPackage();
        if (!home.isAnnotatedWith(NullMarked.class)) {
          events.add(SimpleConditionEvent.violated(type, home.getName() + " is not @NullMarked"));
        }
      }
    };
  }
}
