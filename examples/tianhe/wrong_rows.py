"""Twelve rows that are wrong, each in a way an office would really get wrong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    """A row with one mistake; what is left empty is filled in rightly."""

    mistake: str
    text: str
    matter: str
    category: str = "其他"
    request_type: str = "求助"
    source: str = "居民来电"
    street: str = ""
    community: str = ""
    found_at: str = ""
    ledger_row: str = ""
    formula: str | None = None
    short_phone: bool = False


PASTED_CHAT = "\n".join(
    f"【微信群聊天记录 第{page}页】住户{page}楼：昨晚又停水了，什么时候来？"
    f"物业小助手：收到，正在联系供水公司。住户{page}楼：每次都是收到。"
    f"住户{page + 1}楼：我家老人等着洗澡。物业小助手：请大家耐心等待，预计{page % 12 + 8}点恢复。"
    f"住户{page + 2}楼：水来了是黄的，拍了照片发群里了，请转给街道。"
    for page in range(1, 41)
)
"""A whole group chat pasted into one cell: more than four thousand characters."""

WRONG_ROWS = (
    Wrong(
        "没有类别",
        "社区门口的电子屏坏了，一直闪红字，晚上照得人睡不着，不知道归哪个部门管。",
        "电子屏故障",
        category="",
    ),
    Wrong(
        "已撤销的镇名",
        "想咨询老房子的门牌号登记，派出所说要街道先出证明。",
        "门牌登记",
        request_type="咨询",
        street="东圃镇",
        community="东圃社区",
    ),
    Wrong(
        "街道列是公式",
        "小区门口共享单车堆成山，轮椅过不去，打过平台电话没人来拖。",
        "共享单车堆放",
        request_type="投诉",
        street="石牌街道",
        community="松岗社区",
        formula='=VLOOKUP("松岗社区",社区对照表!A:B,2,FALSE)',
    ),
    Wrong(
        "整段聊天记录粘进一格", PASTED_CHAT, "供水不稳", category="物业服务", request_type="投诉"
    ),
    Wrong(
        "不存在的日期",
        "老人说冬天晒太阳的长椅被拆了，问能不能装回来，最好带靠背。",
        "休闲座椅",
        category="养老",
        request_type="建议",
        found_at="2026-09-31",
    ),
    Wrong(
        "手机号少一位",
        "女儿在外地，想请社区帮忙看看我装的燃气报警器是不是一直在响。",
        "燃气报警器",
        category="养老",
        short_phone=True,
    ),
    Wrong(
        "清单外的类别",
        "对面工地凌晨两点还在打桩，已经连续三晚，孩子要上学。",
        "夜间施工",
        category="噪音扰民",
        request_type="投诉",
    ),
    Wrong(
        "社区与街道对不上",
        "社区食堂的电话打不通，想问周六还开不开。",
        "饭堂营业时间",
        category="社区助餐",
        request_type="咨询",
        street="车陂街道",
        community="美林海岸社区",
    ),
    Wrong("没有写诉求内容", "", "上门安装扶手", category="养老"),
    Wrong(
        "复制上一行忘改编号",
        "图书角的儿童椅少了两把，周末孩子们只能坐在地上。",
        "图书角座椅",
        category="文化休闲",
        street="沙东街道",
        community="陶庄社区",
        ledger_row="REPEATED",
    ),
    Wrong(
        "年份打错",
        "健身步道旁的饮水机不出水，滤芯指示灯一直是红的。",
        "公共饮水机",
        category="体育健身",
        found_at="2062-10-11",
    ),
    Wrong(
        "表扬不是诉求类型",
        "感谢社区的小何姑娘，三次上门帮我母亲把医保卡激活了，希望转告她的领导。",
        "医保卡激活",
        category="健康服务",
        request_type="表扬",
    ),
)
