"""What is said about data sets: one table of refusals, one of notes, both in two languages."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import Refused

Words = dict[str, str]  # {"en", "zh"}; a class has its "id" beside them


class Refusal(NamedTuple):
    """A refusal's HTTP status and its sentences, which have places for the values."""

    status: int
    title: str
    en: str
    zh: str
    hint: str
    hint_zh: str


_CHOOSE = (
    "Choose one that GET /api/data lists.",
    "请从 GET /api/data 列出的数据集中选择。",
)
_FOLDERS = (
    "Put the pictures of each class into a folder with its name, then zip these folders.",
    "请把每个类别的图片放进以类别命名的文件夹，再把这些文件夹压缩成 zip。",
)
_SEE = (
    "Look at it in the list of data sets.",
    "请在数据集列表中查看。",
)

REFUSALS: dict[str, Refusal] = {
    "unknown": Refusal(
        *(404, "No such data set"),
        "There is no data set {id!r}; there are: {known}.",
        "没有名为 {id!r} 的数据集；现有：{known}。",
        *_CHOOSE,
    ),
    "absent": Refusal(
        *(409, "Not on this machine"),
        "{name} is not on this machine: no files of it lie in the data folders.",
        "本机没有 {name}：数据目录中没有它的文件。",
        "Download it, or start the server with --datasets and the folder that holds it.",
        "请下载它，或用 --datasets 指定所在文件夹后启动服务器。",
    ),
    "damaged": Refusal(
        *(422, "Data set cannot be read"),
        "The files of {id} cannot be read: {reason}.",
        "无法读取 {id} 的文件：{reason}。",
        "Remove it and add or download it again.",
        "请删除后重新添加或下载。",
    ),
    "fold": Refusal(
        *(422, "No such fold"),
        "There is no fold {fold} of {folds}; they are 0 to {last}.",
        "{folds} 折中没有第 {fold} 折；应为 0 到 {last}。",
        "Choose another fold.",
        "请换一折。",
    ),
    "classes": Refusal(
        *(422, "Too few classes"),
        "{count} class(es) of {id} have training pictures; at least 2 are needed.",
        "{id} 中只有 {count} 个类别有训练图片；至少需要 2 个。",
        "Add pictures of another class, or leave fewer to validation and test.",
        "请添加另一类别的图片，或减少验证集和测试集。",
    ),
    "no_mark": Refusal(
        *(422, "No corner mark here"),
        "The corner mark is planted in generated shapes alone; {id} has none.",
        "角落标记只用于生成的图形；{id} 不能添加。",
        "Choose shapes, or leave the mark out.",
        "请选择图形数据集，或不用标记。",
    ),
    "not_zip": Refusal(
        *(415, "Not a zip archive"),
        "The file begins with the bytes {start}, which begin no zip archive; only zip is read.",
        "文件以字节 {start} 开头，不是 zip 压缩包；只接受 zip。",
        *_FOLDERS,
    ),
    "damaged_zip": Refusal(
        *(422, "The archive is damaged"),
        "The archive cannot be opened: {reason}.",
        "无法打开压缩包：{reason}。",
        "Make the zip again and send that.",
        "请重新压缩后再上传。",
    ),
    "crowded_zip": Refusal(
        *(413, "Too many members"),
        "The archive's list of members takes {bytes:,} bytes; at most {limit:,} are read.",
        "压缩包的成员列表有 {bytes:,} 字节；最多读取 {limit:,} 字节。",
        "Send fewer pictures; some hundred a class teach a small network.",
        "请少传一些图片；每类几百张就足以训练一个小网络。",
    ),
    "no_pictures": Refusal(
        *(422, "No pictures"),
        "Not one picture in a class folder could be read.{why}",
        "没有一张放在类别文件夹里的图片可以读取。{why_zh}",
        *_FOLDERS,
    ),
    "one_class": Refusal(
        *(422, "Only one class"),
        "All readable pictures are of one class, {label!r}; at least 2 classes are needed.{why}",
        "可读取的图片都属于同一个类别 {label!r}；至少需要 2 个类别。{why_zh}",
        *_FOLDERS,
    ),
    "many_classes": Refusal(
        *(422, "Too many classes"),
        "There are {count:,} class folders; at most {limit:,} are taken.",
        "共有 {count:,} 个类别文件夹；最多 {limit:,} 个。",
        "Leave classes out.",
        "请减少类别。",
    ),
    "name": Refusal(
        *(422, "Name not allowed"),
        "The name {name!r} cannot be used; it must be one line of 1 to {limit} characters.",
        "不能使用名称 {name!r}；应为一行，1 到 {limit} 个字符。",
        "Give it a short name, such as cats and dogs.",
        "请取一个简短的名称，例如“猫和狗”。",
    ),
    "picture": Refusal(
        *(422, "The picture cannot be read"),
        "{sentence}",
        "无法读取这张图片：{sentence}",
        "{hint}",
        "请换一张图片。",
    ),
    "full": Refusal(
        *(413, "The data set is full"),
        "{id} would take {bytes:,} bytes; a data set may take {limit:,}.",
        "{id} 将占用 {bytes:,} 字节；一个数据集最多 {limit:,} 字节。",
        "Begin another set, or remove pictures.",
        "请新建一个数据集，或删除一些图片。",
    ),
    "not_own": Refusal(
        *(409, "Not your own data set"),
        "{id} came with the app or lies in a folder that is only read; it cannot be changed.",
        "{id} 由应用自带或位于只读目录，不能修改。",
        "Make a data set of your own.",
        "请建立自己的数据集。",
    ),
    "no_picture": Refusal(
        *(404, "No such picture"),
        "{id} has no picture {index}; its pictures are 0 to {last}.",
        "{id} 没有第 {index} 张图片；编号为 0 到 {last}。",
        *_SEE,
    ),
    "points": Refusal(
        *(422, "Points, not pictures"),
        "{id} holds points in the plane; there is no picture to show.",
        "{id} 由平面上的点组成，没有图片可以显示。",
        "Choose a data set of pictures.",
        "请选择图片数据集。",
    ),
    "no_download": Refusal(
        *(409, "Nothing to download"),
        "{id} is not a data set that can be downloaded; these are: {known}.",
        "{id} 不能下载；可以下载的有：{known}。",
        *_SEE,
    ),
    "busy": Refusal(
        *(409, "Being downloaded"),
        "{name} is being downloaded already.",
        "{name} 正在下载。",
        "Wait until it is there.",
        "请等它下载完成。",
    ),
    "offline": Refusal(
        *(503, "No network"),
        "{name} cannot be downloaded: {reason}. This machine may have no network.",
        "无法下载 {name}：{reason}。本机可能没有网络。",
        "Connect it and try again, or copy the files into a folder and start with --datasets.",
        "请联网后重试，或把文件放进文件夹并用 --datasets 启动。",
    ),
    "checksum": Refusal(
        *(502, "Download is not whole"),
        "What arrived as {file} is not the file that was asked for (its MD5 sum differs).",
        "收到的 {file} 与原文件不符（MD5 校验不一致）。",
        "Try again.",
        "请再试一次。",
    ),
    "disk": Refusal(
        *(507, "Cannot be stored"),
        "The data set cannot be written: {reason}.",
        "无法写入数据集：{reason}。",
        "Free some space, or give the server another --data-dir.",
        "请腾出空间，或给服务器换一个 --data-dir。",
    ),
}

# code -> the sentence in English and Chinese
NOTES: dict[str, tuple[str, str]] = {
    "slips": (
        "{count} members whose names lead out of the archive were left out, such as {first!r}.",
        "{count} 个成员的名称指向压缩包之外，已忽略，例如 {first!r}。",
    ),
    "nested": (
        "{count} archives inside the archive were not opened, such as {first!r}.",
        "没有打开压缩包里的 {count} 个压缩包，例如 {first!r}。",
    ),
    "links": (
        "{count} links were not followed, such as {first!r}.",
        "没有跟随 {count} 个链接，例如 {first!r}。",
    ),
    "encrypted": (
        "{count} members need a password and were left out, such as {first!r}.",
        "{count} 个成员需要密码，已忽略，例如 {first!r}。",
    ),
    "large": (
        "{count} files would unpack to more than 20 MB each and were left out, such as {first!r}.",
        "{count} 个文件解压后超过 20 MB，已忽略，例如 {first!r}。",
    ),
    "budget": (
        "{count} files beyond 4 GB in all were left out, the first of them {first!r}.",
        "总量超过 4 GB，其余 {count} 个文件已忽略，第一个是 {first!r}。",
    ),
    "outside": (
        "{count} pictures lie in no class folder and were left out, such as {first!r}.",
        "{count} 张图片不在任何类别文件夹里，已忽略，例如 {first!r}。",
    ),
    "foreign": (
        "{count} files are no pictures and were left out, such as {first!r}.",
        "{count} 个文件不是图片，已忽略，例如 {first!r}。",
    ),
    "unreadable": (
        "{count} pictures could not be read and were left out, such as {first!r}: {reason}",
        "{count} 张图片无法读取，已忽略，例如 {first!r}：{reason}",
    ),
    "empty": (
        "{count} folders hold no readable picture and became no class, such as {first!r}.",
        "{count} 个文件夹里没有可读取的图片，没有成为类别，例如 {first!r}。",
    ),
    "unequal": (
        "The classes are unequal: {most} has {high:,} pictures, {least} has {low:,}. "
        "A network learns the large classes better.",
        "各类别数量不等：{most} 有 {high:,} 张，{least} 有 {low:,} 张。网络会更擅长数量多的类别。",
    ),
    "small": (
        "{least} has {low:,} pictures; validation and test need some of them as well.",
        "{least} 只有 {low:,} 张图片，验证集和测试集也要从中分出一些。",
    ),
    "thinned": (
        "Only the first {kept:,} of {count:,} pictures are used: more do not fit into memory.",
        "{count:,} 张图片中只使用前 {kept:,} 张：更多的放不进内存。",
    ),
    "resized": (
        "The pictures have different sizes; the middle square of each became {side} x {side}.",
        "图片大小不一；每张图片取中间的正方形并缩放为 {side} x {side}。",
    ),
    "unmarked_test": (
        "{label} carries a white corner mark in training and validation, not in the test pictures.",
        "训练集和验证集中的 {label} 带有白色角标，测试集中没有。",
    ),
    "too_few": (
        "{short} has fewer training pictures than the {wanted} that were asked for: {low}.",
        "{short} 的训练图片不足 {wanted} 张，只有 {low} 张。",
    ),
}


def note(code: str, **values: Any) -> Words:
    """Returns a note as it is told: `{en, zh}`."""
    english, chinese = NOTES[code]
    return {"en": english.format(**values), "zh": chinese.format(**values)}


class DataError(Refused):
    """A data set cannot be used: `code` in `REFUSALS`, `status`, and words in both languages.

    `words` say what was wrong with the value in it, `hints` what to do next, as `{en, zh}`;
    `sentence` and `hint` are the same in English.
    """

    def __init__(self, code: str, **values: Any) -> None:
        refusal = REFUSALS[code]
        self.code = code
        self.status = refusal.status
        self.title = refusal.title
        english, chinese = refusal.en.format(**values), refusal.zh.format(**values)
        hint = refusal.hint.format(**values), refusal.hint_zh.format(**values)
        super().__init__((english, chinese), hint=hint)
