"""Invented people: common surnames and given names drawn by lot, numbers that belong to no one.

Every telephone number is `1990000` and four digits, which shows at a glance that it is made up; no
message may ever be sent there. Estates in addresses are invented too.
"""

import random
from collections.abc import Iterator

SURNAMES = """
    陈 李 黄 张 林 梁 吴 刘 罗 王 何 郑 谢 邓
    杨 叶 曾 钟 周 苏 廖 冯 彭 潘 卢 蔡 徐 赖
    麦 区 关 简 欧阳 司徒
"""
GIVEN_NAMES = """
    志明 丽华 国强 秀英 建国 桂芳 伟杰 淑贞 俊杰 惠玲 家豪 婉仪 永强 月娥
    文辉 少芬 嘉欣 子轩 绮雯 锦荣 佩珊 炳坤 玉兰 晓彤 浩然 美娟 兆基 雪梅
    德生 小燕 启航 思敏 伯洪 凤仪 立群 颖欣 振邦 瑞霞 世昌 芷晴 泽楷 慧敏
    广财 素云 梓涵 洁莹 耀祖 艳芳 铭 琳 斌 静 磊 娜 勇 蓉
"""
ESTATES = """
    和顺苑 康宁里 榕荫居 沁风园 南窗雅筑 旧厂宿舍 双桥新村 木棉巷 紫荆台 荔影轩 同德楼 望涌阁
    青砖里 云桂居 朝晖大院 星河北座 石板街 茂林园
"""
NUMBER_RANGE = "1990000"


def people(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield names with telephone numbers, no name and no number twice, at most 1,700."""
    names = [surname + given for surname in SURNAMES.split() for given in GIVEN_NAMES.split()]
    chance.shuffle(names)
    numbers = chance.sample(range(10_000), len(names))
    for name, number in zip(names, numbers, strict=True):
        yield name, f"{NUMBER_RANGE}{number:04d}"


def address(chance: random.Random) -> str:
    """Return an invented address below the community."""
    floor, door = chance.randint(1, 18), chance.randint(1, 6)
    return f"{chance.choice(ESTATES.split())}{chance.randint(1, 26)}号{floor}{door:02d}房"
